#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"

namespace qs {

/// The application service behind the command line and the server: one call for each thing that a person can
/// ask. Calls are complete in themselves; opened models, data and FP32 baselines are cached by path and
/// settings. Not thread-safe: one call at a time.
class Workbench {
  public:
    Workbench();
    ~Workbench();

    protocol::EngineInfo info() const;
    Result<protocol::ModelInfo> openModel(const protocol::OpenModelParams& params);
    Result<protocol::DataInfo> openData(const protocol::DataSpec& spec);

    /// Top-1 of the FP32 model over `samples` samples (0: all), its latency and its size.
    Result<protocol::ModelResult> evaluate(const protocol::OpenModelParams& params, int64_t samples,
                                           int64_t batch, protocol::Measurement& measured, Job& job);
    Result<protocol::VariantResult> measure(const protocol::MeasureParams& params, Job& job);
    Result<protocol::VariantResult> train(const protocol::TrainParams& params, Job& job);
    Result<protocol::ExportResult> exportModel(const protocol::ExportParams& params, Job& job);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace qs
