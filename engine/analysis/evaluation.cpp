#include "analysis/evaluation.h"

#include <ATen/ops/any.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros.h>

#include <memory>

#include "analysis/fixed_batch.h"
#include "analysis/interval.h"
#include "core/guard.h"
#include "data/loader.h"

namespace qs {

namespace {

/// Samples for which an output holds values that are not finite. Outputs without an extent a sample count all
/// or none.
int64_t samplesNotFinite(const std::vector<at::Tensor>& outputs, int64_t samples) {
    at::Tensor bad = at::zeros({samples}, at::kBool);
    for (const at::Tensor& output : outputs) {
        const at::Tensor wrong = output.isfinite().logical_not();
        if (output.dim() > 0 && output.size(0) == samples) {
            bad.logical_or_(wrong.reshape({samples, -1}).any(1));
        } else {
            bad.logical_or_(wrong.any());
        }
    }
    return bad.sum().item<int64_t>();
}

/// The metrics of one model.
class Scorer {
  public:
    Scorer(const std::vector<ChosenMetric>& chosen, bool isVariant) {
        for (const auto& metric : chosen) {
            if (isVariant || !metric.def->comparesWithFp32) {
                metrics_.push_back({&metric, metric.make()});
            }
        }
    }

    Status add(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& reference,
               const Batch& batch) {
        for (auto& [chosen, metric] : metrics_) {
            MetricBatch judged;
            judged.output = outputs.at(chosen->output);
            judged.reference = reference.at(chosen->output);
            judged.labels = batch.labels;
            judged.samples = batch.size();
            QS_TRY(metric->add(judged));
        }
        notFinite_ += samplesNotFinite(outputs, batch.size());
        return {};
    }

    EvaluatedModel result() const {
        EvaluatedModel result;
        result.notFinite = notFinite_;
        for (const auto& [chosen, metric] : metrics_) {
            protocol::MetricValue value = metric->value();
            value.metric = chosen->name;
            value.output = chosen->subject.output;
            value.unit = chosen->def->unit;
            result.metrics.push_back(std::move(value));
            if (!result.classes) {
                result.classes = metric->classReport();
            }
        }
        return result;
    }

    /// Whether each sample of the last batch counted in the headline; null where that is no share of samples.
    const std::vector<bool>* headlineHits() const {
        return metrics_.empty() ? nullptr : metrics_[0].metric->lastHits();
    }

  private:
    struct Entry {
        const ChosenMetric* chosen;
        std::unique_ptr<Metric> metric;
    };
    std::vector<Entry> metrics_;
    int64_t notFinite_ = 0;
};

std::vector<at::Tensor> asFloat(std::vector<at::Tensor> tensors) {
    for (at::Tensor& tensor : tensors) {
        tensor = tensor.to(at::kFloat).contiguous();
    }
    return tensors;
}

Result<std::vector<at::Tensor>> run(Executor& executor, const Batch& batch, int64_t fixedBatch) {
    if (fixedBatch == 0) {
        QS_ASSIGN(std::vector<at::Tensor> outputs, executor.run(batch.inputs));
        return asFloat(std::move(outputs));
    }
    QS_ASSIGN(const auto outputs, executor.run(padBatch(batch.inputs, fixedBatch)));
    return asFloat(cutBatch(outputs, batch.size(), fixedBatch));
}

Result<std::vector<at::Tensor>> runReference(Executor& fp32, ReferenceOutputs& reference, size_t index,
                                             const Batch& batch, int64_t fixedBatch) {
    if (const auto* kept = reference.find(index)) {
        return *kept;
    }
    QS_ASSIGN(const std::vector<at::Tensor> outputs, run(fp32, batch, fixedBatch));
    reference.offer(index, outputs);
    return outputs;
}

void addPairs(PairedDifference& pairs, const Scorer& fp32, const Scorer& variant) {
    const auto* first = fp32.headlineHits();
    const auto* second = variant.headlineHits();
    if (first && second) {
        for (size_t i = 0; i < first->size(); ++i) {
            pairs.add((*first)[i], (*second)[i]);
        }
    }
}

std::optional<protocol::MetricDrop> dropOf(const Evaluation& evaluation, const ChosenMetric& headline,
                                           const PairedDifference& pairs) {
    if (headline.def->comparesWithFp32) {
        return std::nullopt;
    }
    const auto& before = evaluation.fp32.metrics.at(0);
    const auto& after = evaluation.variant.metrics.at(0);
    if (!before.value || !after.value) {
        return std::nullopt;
    }
    protocol::MetricDrop drop;
    drop.metric = headline.name;
    drop.unit = headline.def->unit;
    drop.value = *before.value - *after.value;
    drop.samples = after.samples;
    if (pairs.samples() > 0) {
        const Interval range = pairs.interval();
        drop.low = 100 * range.low;
        drop.high = 100 * range.high;
        drop.only_fp32 = pairs.onlyFirst();
        drop.only_variant = pairs.onlySecond();
        drop.distinguishable = pairs.distinguishable();
    }
    return drop;
}

}  // namespace

const std::vector<at::Tensor>* ReferenceOutputs::find(size_t index) const {
    return index < batches_.size() ? &batches_[index] : nullptr;
}

void ReferenceOutputs::offer(size_t index, const std::vector<at::Tensor>& outputs) {
    int64_t bytes = 0;
    for (const at::Tensor& output : outputs) {
        bytes += static_cast<int64_t>(output.nbytes());
    }
    if (index == batches_.size() && bytes_ + bytes <= limit_) {
        batches_.push_back(outputs);
        bytes_ += bytes;
    }
}

Result<Evaluation> evaluateModels(const Dataset& data, Executor& fp32, Executor* variant,
                                  ReferenceOutputs& reference, const EvaluationOptions& options,
                                  const std::string& phase, Job& job) {
    Scorer fp32Scorer(options.metrics, false), variantScorer(options.metrics, true);
    PairedDifference pairs;
    Evaluation evaluation;
    BatchStream stream(data, firstSamples(data, 0),
                       {.batch = options.fixedBatch > 0 ? options.fixedBatch : options.batch});
    job.begin(phase, stream.total());
    for (size_t index = 0;; ++index) {
        QS_ASSIGN(const std::optional<Batch> batch, stream.next());
        if (!batch) {
            break;
        }
        if (batch->size() > 0) {
            QS_TRY(guard("evaluation", [&]() -> Status {
                QS_ASSIGN(const auto expected,
                          runReference(fp32, reference, index, *batch, options.fixedBatch));
                QS_TRY(fp32Scorer.add(expected, expected, *batch));
                if (variant) {
                    QS_ASSIGN(const auto actual, run(*variant, *batch, options.fixedBatch));
                    QS_TRY(variantScorer.add(actual, expected, *batch));
                    addPairs(pairs, fp32Scorer, variantScorer);
                }
                return {};
            }));
            evaluation.samples += batch->size();
        } else {
            reference.offer(index, {});
        }
        QS_TRY(job.step(stream.done()));
    }
    if (evaluation.samples == 0) {
        return failure("no sample of the data could be read");
    }
    evaluation.fp32 = fp32Scorer.result();
    if (variant) {
        evaluation.variant = variantScorer.result();
        if (!options.metrics.empty()) {
            evaluation.drop = dropOf(evaluation, options.metrics[0], pairs);
        }
    }
    return evaluation;
}

}  // namespace qs
