#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "isolation/output_set.h"
#include "protocol/messages.h"
#include "workbench/variant_part.h"

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
std::vector<OutputInput> inputsOf(const protocol::VariantSpec& variant);
std::vector<OutputInput> inputsOf(const protocol::ExportParams& params);
std::vector<OutputInput> inputsOf(const protocol::TrainParams& params);

/// The application service behind the command line and the server: one call for each thing that a person can
/// ask. Calls are complete in themselves; opened models, data, FP32 baselines, built variants and what was
/// measured of them are kept by what went into them. What takes a Job computes: one such call at a time. The
/// others only ask what is known: safe from any thread, beside a call that computes.
class Workbench {
  public:
    Workbench();
    ~Workbench();

    /// Error of kind Cancelled where the job was.
    Result<protocol::ModelInfo> openModel(const protocol::OpenModelParams& params, const Job& job = Job());
    Result<protocol::DataInfo> openData(const protocol::DataSpec& spec);

    Result<EvaluateResult> evaluate(const EvaluateRequest& request, Job& job);
    /// All parts, and each on its own: then the result has what else is known of the variant, too.
    Result<protocol::VariantResult> measure(const protocol::VariantSpec& variant, Job& job,
                                            const PartialResults& partial = {});
    Result<protocol::VariantResult> measurePart(const protocol::VariantSpec& variant, VariantPart part,
                                                Job& job);
    Result<protocol::SensitivityResult> sensitivity(const protocol::SensitivityParams& params, Job& job,
                                                    const PartialSensitivity& partial = {});
    Result<protocol::ComparisonResult> compare(const protocol::CompareParams& params, Job& job);
    /// Puts the trained weights into `outputs`, where they are claimed.
    Result<protocol::VariantResult> train(const protocol::TrainParams& params, OutputSet& outputs, Job& job,
                                          const PartialResults& partial = {});
    /// Puts the files into `outputs`, where they are claimed (claimOf()).
    Result<protocol::ExportResult> exportModel(const protocol::ExportParams& params, OutputSet& outputs,
                                               Job& job);
    Result<protocol::VerifyResult> verify(const protocol::VerifyParams& params, Job& job);

    protocol::EngineInfo info() const;
    Result<protocol::QConfigPreview> preview(const protocol::PreviewParams& params) const;
    Result<protocol::LayerHistogram> histogram(const protocol::HistogramParams& params) const;
    /// Failure where nothing was measured of it.
    Result<protocol::VariantResult> known(const protocol::VariantSpec& variant) const;
    /// How many variants were built rather than found among those that are kept.
    int64_t builds() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace qs
