#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "isolation/output_set.h"
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

/// Metrics of the FP32 model that need none to compare with, its latency and its size.
struct EvaluateResult {
    protocol::ModelResult fp32;
    protocol::Measurement measured;
    std::vector<std::string> notes = {};
    std::vector<std::string> skipped = {};  ///< samples that were left out, with the reason
};

/// The places that an export takes, to be claimed before it. Usage error as exporterFor() and claimFor().
Result<OutputClaim> claimOf(const protocol::ExportParams& params);

/// The place of the weights that training writes.
OutputClaim claimOf(const protocol::TrainParams& params, bool replace = false);

/// What the calls below read, and so no output may be: the model, the data with its labels, trained weights.
std::vector<OutputInput> inputsOf(const protocol::MeasureParams& params);
std::vector<OutputInput> inputsOf(const protocol::ExportParams& params);
std::vector<OutputInput> inputsOf(const protocol::TrainParams& params);

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

    Result<EvaluateResult> evaluate(const EvaluateRequest& request, Job& job);
    Result<protocol::VariantResult> measure(const protocol::MeasureParams& params, Job& job);
    Result<protocol::ComparisonResult> compare(const protocol::CompareParams& params, Job& job);
    /// Puts the trained weights into `outputs`, where they are claimed.
    Result<protocol::VariantResult> train(const protocol::TrainParams& params, OutputSet& outputs, Job& job);
    /// Puts the files into `outputs`, where they are claimed (claimOf()).
    Result<protocol::ExportResult> exportModel(const protocol::ExportParams& params, OutputSet& outputs,
                                               Job& job);
    Result<protocol::VerifyResult> verify(const protocol::VerifyParams& params, Job& job);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace qs
