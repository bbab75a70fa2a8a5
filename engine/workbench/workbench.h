#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"

namespace qs {

/// What to evaluate an FP32 model on.
struct EvaluateRequest {
    protocol::OpenModelParams model;  ///< with data
    int64_t samples = 0;              ///< 0: all
    int64_t batch = 64;
    std::string metric = {};  ///< as Recipe::metric
    uint64_t seed = 1;        ///< of the choice of samples
};

/// The application service behind the command line and the server: one call for each thing that a person can
/// ask. Calls are complete in themselves; opened models, data and FP32 baselines are cached by path and
/// settings. Not thread-safe: one call at a time.
class Workbench {
  public:
    Workbench();
    ~Workbench();

    protocol::EngineInfo info() const;
    /// Error of kind Cancelled where the job was.
    Result<protocol::ModelInfo> openModel(const protocol::OpenModelParams& params, const Job& job = Job());
    Result<protocol::DataInfo> openData(const protocol::DataSpec& spec);

    /// Metrics of the FP32 model that need none to compare with, its latency and its size; notes of the data
    /// and skipped files come with data.open.
    Result<protocol::ModelResult> evaluate(const EvaluateRequest& request, protocol::Measurement& measured,
                                           Job& job);
    Result<protocol::VariantResult> measure(const protocol::MeasureParams& params, Job& job);
    Result<protocol::ComparisonResult> compare(const protocol::CompareParams& params, Job& job);
    Result<protocol::VariantResult> train(const protocol::TrainParams& params, Job& job);
    Result<protocol::ExportResult> exportModel(const protocol::ExportParams& params, Job& job);
    Result<protocol::VerifyResult> verify(const protocol::VerifyParams& params, Job& job);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace qs
