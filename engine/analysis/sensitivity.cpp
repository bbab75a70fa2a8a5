#include "analysis/sensitivity.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/log.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/nll_loss.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "analysis/fixed_batch.h"
#include "analysis/interval.h"
#include "analysis/value_keys.h"
#include "core/guard.h"
#include "quant/restored.h"

namespace qs {

namespace {

constexpr double kNormal95 = 1.959964;

/// One number a sample, by measure; empty where it cannot be taken.
struct Series {
    std::map<SensitivityMeasure, std::vector<double>> values;
};

void append(const at::Tensor& numbers, std::vector<double>& all) {
    const at::Tensor wide = numbers.to(at::kDouble).contiguous();
    const auto* data = wide.data_ptr<double>();
    all.insert(all.end(), data, data + wide.numel());
}

/// Logarithms of the classes' probabilities: of scores, or of probabilities as they are.
at::Tensor logProbabilities(const at::Tensor& scores, bool areProbabilities) {
    constexpr double kLeast = 1e-30;
    return areProbabilities ? at::log(scores.to(at::kDouble).clamp_min(kLeast))
                            : at::log_softmax(scores.to(at::kDouble), 1);
}

bool areProbabilities(const at::Tensor& scores) {
    constexpr double kRounding = 1e-3;
    return scores.ge(0).all().item<bool>() && scores.sum(1).sub(1).abs().max().item<double>() < kRounding;
}

/// Judges the outputs of networks, batch by batch.
class Judge {
  public:
    explicit Judge(const std::optional<ChosenMetric>& metric) : metric_(metric) {
        static const std::set<std::string> ofClasses{"top1", "top5", "agreement"};
        judgesClasses_ = metric && ofClasses.contains(metric->name);
    }

    Status add(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& reference,
               const Batch& batch, Series& series) const {
        append(noise(outputs, reference, batch.size()), series.values[SensitivityMeasure::Noise]);
        if (!metric_) {
            return {};
        }
        const at::Tensor& y = outputs.at(metric_->output);
        const at::Tensor& f = reference.at(metric_->output);
        if (judgesClasses_ && f.dim() == 2) {
            const bool isSoftmax = areProbabilities(f);
            const at::Tensor p = logProbabilities(f, isSoftmax), q = logProbabilities(y, isSoftmax);
            append((p.exp() * (p - q)).sum(1), series.values[SensitivityMeasure::Kl]);
            if (batch.labels.defined() && batch.labels.dim() == 1) {
                append(at::nll_loss(q, batch.labels, {}, at::Reduction::None),
                       series.values[SensitivityMeasure::Loss]);
            }
        }
        const std::unique_ptr<Metric> metric = metric_->make();
        QS_TRY(metric->add({y, f, batch.labels, batch.size()}));
        if (const std::vector<bool>* hits = metric->lastHits()) {
            for (const bool hit : *hits) {
                series.values[SensitivityMeasure::Metric].push_back(hit ? 0 : 1);
            }
        }
        return {};
    }

  private:
    static at::Tensor noise(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& reference,
                            int64_t samples) {
        constexpr double kSilent = 1e-300;
        at::Tensor sum = at::zeros({samples}, at::kDouble);
        for (size_t i = 0; i < outputs.size(); ++i) {
            const at::Tensor& f = reference[i];
            if (f.dim() == 0 || f.size(0) != samples || f.sizes() != outputs[i].sizes()) {
                continue;
            }
            const at::Tensor flat = f.reshape({samples, -1}).to(at::kDouble);
            const at::Tensor change = outputs[i].reshape({samples, -1}).to(at::kDouble) - flat;
            sum += change.square().sum(1) / flat.square().sum(1).clamp_min(kSilent);
        }
        return sum;
    }

    const std::optional<ChosenMetric>& metric_;
    bool judgesClasses_ = false;
};

/// The mean of first - second.
Effect pairedMean(const std::vector<double>& first, const std::vector<double>& second) {
    const size_t n = std::min(first.size(), second.size());
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; ++i) {
        sum += first[i] - second[i];
    }
    const double mean = n == 0 ? 0 : sum / static_cast<double>(n);
    for (size_t i = 0; i < n; ++i) {
        squares += (first[i] - second[i] - mean) * (first[i] - second[i] - mean);
    }
    const double count = static_cast<double>(n);
    const double half = n < 2 ? HUGE_VAL : kNormal95 * std::sqrt(squares / (count - 1) / count);
    return {mean, mean - half, mean + half};
}

/// The same of hits and misses.
Effect pairedShare(const std::vector<double>& first, const std::vector<double>& second) {
    PairedDifference pairs;
    for (size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
        pairs.add(first[i] != 0, second[i] != 0);
    }
    const Interval range = pairs.interval();
    return {pairs.difference(), range.low, range.high};
}

std::optional<Effect> effectOf(SensitivityMeasure measure, const Series& worse, const Series& better) {
    const auto first = worse.values.find(measure), second = better.values.find(measure);
    if (first == worse.values.end() || second == better.values.end()) {
        return std::nullopt;
    }
    return measure == SensitivityMeasure::Metric ? pairedShare(first->second, second->second)
                                                 : pairedMean(first->second, second->second);
}

LayerEffects effectsOf(const Series& worse, const Series& better) {
    using enum SensitivityMeasure;
    return {effectOf(Noise, worse, better), effectOf(Kl, worse, better), effectOf(Loss, worse, better),
            effectOf(Metric, worse, better)};
}

std::vector<at::Tensor> asFloat(std::vector<at::Tensor> tensors) {
    for (at::Tensor& tensor : tensors) {
        tensor = tensor.to(at::kFloat).contiguous();
    }
    return tensors;
}

/// A network whose values others start from.
class Base {
  public:
    Base(QuantizedGraph graph, ValueKeys& keys) : graph_(std::move(graph)), keys_(keys.of(graph_)) {
        for (size_t i = 0; i < keys_.size(); ++i) {
            if (keys_[i] != 0) {
                byKey_.try_emplace(keys_[i], ValueId{static_cast<int>(i)});
            }
        }
    }

    std::optional<ValueId> find(size_t key) const {
        const auto found = byKey_.find(key);
        return found == byKey_.end() ? std::nullopt : std::optional(found->second);
    }
    void keep(ValueId value) { kept_.insert(value); }
    void forget() { kept_.clear(); }
    const at::Tensor& value(ValueId id) const { return values_.at(id); }

    Status prepare(const SensitivitySubject& subject) {
        QS_ASSIGN(executor_, subject.makeExecutor(graph_));
        return {};
    }

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs) {
        values_.clear();
        for (size_t i = 0; i < inputs.size(); ++i) {
            values_[graph_.inputs.at(i)] = inputs[i];
        }
        return executor_->run(inputs, [&](size_t node, std::span<const at::Tensor> outputs) {
            for (size_t i = 0; i < outputs.size(); ++i) {
                const ValueId value = graph_.nodes[node].outputs.at(i);
                if (kept_.contains(value)) {
                    values_[value] = outputs[i].clone();
                }
            }
        });
    }

  private:
    QuantizedGraph graph_;
    std::vector<size_t> keys_;
    std::map<size_t, ValueId> byKey_;
    std::set<ValueId> kept_;
    Cut values_;  ///< of the batch at hand: the inputs and what is kept
    std::unique_ptr<Executor> executor_;
};

/// A network that differs from its base in one layer.
struct Changed {
    std::unique_ptr<Executor> executor;
    std::vector<std::pair<ValueId, ValueId>> starts;  ///< its own value, and the base's
};

struct Layer {
    size_t group;
    std::string name;
    Series alone, restored;
};

class Sweep {
  public:
    Sweep(const SensitivitySubject& subject, const SensitivityOptions& options)
        : subject_(subject), options_(options), restoring_(subject.model), judge_(options.metric) {
        const PreparedModel& model = subject.model;
        for (size_t i = 0; i < model.groups.size(); ++i) {
            if (model.computes[i] != Compute::Float32) {
                groups_.push_back(i);
                layers_.push_back({i, model.graph.node(model.groups[i].primary).name, {}, {}});
            }
        }
    }

    Result<Sensitivity> run(Dataset& data, Job& job) {
        QS_ASSIGN(QuantizedGraph fp32, graphWith(groups_));
        QS_ASSIGN(QuantizedGraph variant, graphWith({}));
        fp32_.emplace(std::move(fp32), keys_);
        variant_.emplace(std::move(variant), keys_);
        QS_TRY(fp32_->prepare(subject_));
        QS_TRY(variant_->prepare(subject_));
        const int64_t total = options_.samples > 0 ? std::min(options_.samples, data.size()) : data.size();
        const int64_t batches = (total + options_.batch - 1) / options_.batch;
        job.begin("Measuring sensitivities", batches * static_cast<int64_t>(layers_.size()));
        int64_t done = 0;
        size_t begin = 0;
        do {
            QS_ASSIGN(const size_t end, prepareFrom(begin, job));
            for (int64_t i = 0; i < batches; ++i) {
                const int64_t first = i * options_.batch;
                QS_ASSIGN(const Batch batch, data.read(first, std::min(first + options_.batch, total)));
                if (batch.size() > 0) {
                    QS_TRY(runBases(batch, begin == 0));
                }
                for (size_t layer = begin; layer < end; ++layer) {
                    if (batch.size() > 0) {
                        QS_TRY(runLayer(layer, layer - begin, batch));
                    }
                    QS_TRY(job.step(++done));
                }
                if (options_.partial && batch.size() > 0) {
                    QS_ASSIGN(const Sensitivity soFar, result(end));
                    options_.partial(soFar);
                }
            }
            begin = end;
        } while (begin < layers_.size());
        if (fp32Series_.values[SensitivityMeasure::Noise].empty()) {
            return failure("no sample of the data could be read");
        }
        return result(layers_.size());
    }

  private:
    Result<QuantizedGraph> graphWith(const std::vector<size_t>& restored) {
        const PreparedModel& model = restoring_.with(restored);
        return convert(model, encodingsOf(model, subject_.model, subject_.encodings));
    }

    Result<Changed> changed(const std::vector<size_t>& restored, Base& base) {
        QS_ASSIGN(QuantizedGraph graph, graphWith(restored));
        const std::vector<size_t> keys = keys_.of(graph);
        std::vector<bool> known(keys.size());
        for (size_t i = 0; i < keys.size(); ++i) {
            known[i] = base.find(keys[i]).has_value();
        }
        Changed result;
        for (const ValueId value : frontierOf(graph, known)) {
            const ValueId same = *base.find(keys[static_cast<size_t>(value.index)]);
            base.keep(same);
            result.starts.emplace_back(value, same);
        }
        QS_ASSIGN(result.executor, subject_.makeExecutor(std::move(graph)));
        return result;
    }

    /// The networks of the layers from `begin` on, as many as fit, and the first that does not.
    Result<size_t> prepareFrom(size_t begin, const Job& job) {
        networks_.clear();
        fp32_->forget();
        variant_->forget();
        int64_t bytes = 0;
        size_t layer = begin;
        for (; layer < layers_.size() && (layer == begin || bytes < options_.memoryBytes); ++layer) {
            QS_TRY(job.checkCancelled());
            std::vector<size_t> others = groups_;
            std::erase(others, layers_[layer].group);
            QS_ASSIGN(Changed alone, changed(others, *fp32_));
            QS_ASSIGN(Changed restored, changed({layers_[layer].group}, *variant_));
            bytes += alone.executor->graph().parameterBytes() + restored.executor->graph().parameterBytes();
            networks_.emplace_back(std::move(alone), std::move(restored));
        }
        return layer;
    }

    std::vector<at::Tensor> cutToSamples(std::vector<at::Tensor> outputs, int64_t samples) const {
        return asFloat(options_.fixedBatch == 0 ? std::move(outputs)
                                                : cutBatch(outputs, samples, options_.fixedBatch));
    }

    Status runBases(const Batch& batch, bool judges) {
        const std::vector<at::Tensor> inputs =
            options_.fixedBatch == 0 ? batch.inputs : padBatch(batch.inputs, options_.fixedBatch);
        QS_ASSIGN(std::vector<at::Tensor> fp32, fp32_->run(inputs));
        reference_ = cutToSamples(std::move(fp32), batch.size());
        QS_ASSIGN(std::vector<at::Tensor> variant, variant_->run(inputs));
        if (!judges) {
            return {};
        }
        QS_TRY(judge_.add(reference_, reference_, batch, fp32Series_));
        return judge_.add(cutToSamples(std::move(variant), batch.size()), reference_, batch, variantSeries_);
    }

    Status runChanged(Changed& network, const Base& base, const Batch& batch, Series& series) const {
        Cut cut;
        for (const auto& [own, same] : network.starts) {
            cut[own] = base.value(same);
        }
        QS_ASSIGN(std::vector<at::Tensor> outputs, network.executor->runFrom(cut));
        return judge_.add(cutToSamples(std::move(outputs), batch.size()), reference_, batch, series);
    }

    Status runLayer(size_t layer, size_t network, const Batch& batch) {
        auto& [alone, restored] = networks_.at(network);
        return guard("measuring the sensitivity of layer " + layers_[layer].name, [&]() -> Status {
            QS_TRY(runChanged(alone, *fp32_, batch, layers_[layer].alone));
            return runChanged(restored, *variant_, batch, layers_[layer].restored);
        });
    }

    Result<SensitivityMeasure> ranked() const {
        const auto& taken = variantSeries_.values;
        if (!options_.ranked) {
            return taken.contains(SensitivityMeasure::Kl) ? SensitivityMeasure::Kl
                                                          : SensitivityMeasure::Noise;
        }
        if (!taken.contains(*options_.ranked)) {
            return usageError(
                "the layers cannot be ranked so: the loss needs a classifier and labels, the divergence a "
                "classifier, the metric one that is a share of the samples");
        }
        return *options_.ranked;
    }

    /// Of the first `count` layers, as far as they were measured.
    Result<Sensitivity> result(size_t count) const {
        Sensitivity all;
        QS_ASSIGN(all.ranked, ranked());
        all.variant = effectsOf(variantSeries_, fp32Series_);
        all.samples = static_cast<int64_t>(variantSeries_.values.at(SensitivityMeasure::Noise).size());
        std::vector<std::pair<double, const Layer*>> order;
        for (size_t i = 0; i < count; ++i) {
            order.emplace_back(effectOf(all.ranked, variantSeries_, layers_[i].restored)->value, &layers_[i]);
        }
        std::ranges::stable_sort(order, std::greater<>(), [](const auto& entry) { return entry.first; });
        const Layer* leader = nullptr;
        int rank = 0;
        for (size_t i = 0; i < order.size(); ++i) {
            const Layer* layer = order[i].second;
            // What is left of the error without the layer, and without the one that leads its rank.
            if (!leader || effectOf(all.ranked, layer->restored, leader->restored)->low > 0) {
                leader = layer;
                rank = static_cast<int>(i) + 1;
            }
            all.layers.push_back({.layer = layer->name,
                                  .alone = effectsOf(layer->alone, fp32Series_),
                                  .restored = effectsOf(variantSeries_, layer->restored),
                                  .rank = rank});
        }
        return all;
    }

    const SensitivitySubject& subject_;
    const SensitivityOptions& options_;
    RestoredModel restoring_;
    Judge judge_;
    ValueKeys keys_;
    std::vector<size_t> groups_;  ///< that do not compute in float32
    std::vector<Layer> layers_;
    std::optional<Base> fp32_, variant_;
    std::vector<std::pair<Changed, Changed>> networks_;  ///< each layer alone, and restored
    std::vector<at::Tensor> reference_;                  ///< outputs of the batch at hand
    Series fp32Series_, variantSeries_;
};

}  // namespace

const std::optional<Effect>& LayerEffects::of(SensitivityMeasure measure) const {
    switch (measure) {
        case SensitivityMeasure::Kl:
            return kl;
        case SensitivityMeasure::Loss:
            return loss;
        case SensitivityMeasure::Metric:
            return metric;
        case SensitivityMeasure::Noise:
            break;
    }
    return noise;
}

Result<Sensitivity> measureSensitivity(const SensitivitySubject& subject, Dataset& data,
                                       const SensitivityOptions& options, Job& job) {
    return Sweep(subject, options).run(data, job);
}

}  // namespace qs
