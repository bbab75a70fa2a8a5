#include "analysis/contributions.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "core/guard.h"
#include "ops/quantize.h"

namespace qs {

namespace {

/// A value that a layer reads.
struct Input {
    ValueId read;    ///< by the layer's step
    ValueId source;  ///< what the layer before, or the graph's input, hands on
    /// The layer before has rounded it: `rounded` is on its grid.
    std::optional<ValueId> rounded;
};

struct Layer {
    std::string name;
    std::vector<Input> inputs;
    std::vector<ValueId> outputs;
};

bool isSimulated(const QNode& node) {
    return !node.isBoundary() && node.compute == Compute::Simulated;
}

/// The layers of a quantized graph, as steps that can be run alone.
class Layers {
  public:
    explicit Layers(const QuantizedGraph& graph) : graph_(graph), makers_(graph.values.size(), nullptr) {
        for (const QNode& node : graph.nodes) {
            for (const ValueId output : node.outputs) {
                maker(output) = &node;
            }
        }
        for (const QNode& node : graph.nodes) {
            addLayer(node);
        }
    }

    const std::vector<Layer>& all() const { return layers_; }

  private:
    const QNode*& maker(ValueId value) { return makers_.at(static_cast<size_t>(value.index)); }

    void addLayer(const QNode& result) {
        const QNode* step = &result;
        if (result.isBoundary()) {
            step = maker(result.inputs.at(0));
            if (result.op != "fake_quantize" || !step || !isSimulated(*step)) {
                return;
            }
        } else if (isSimulated(result) || result.compute == Compute::Float32) {
            return;
        }
        Layer layer{result.layer, {}, result.outputs};
        for (const ValueId read : step->inputs) {
            layer.inputs.push_back(inputOf(read));
        }
        layers_.push_back(std::move(layer));
    }

    Input inputOf(ValueId read) {
        Input input{read, read, std::nullopt};
        ValueId behindSource = read;
        for (const QNode* node = maker(read); node && node->isBoundary(); node = maker(input.source)) {
            behindSource = input.source;
            input.source = node->inputs.at(0);
        }
        const QNode* made = maker(input.source);
        if (graph_.value(input.source).isInteger()) {
            input.rounded = input.source;
        } else if (made && isSimulated(*made) && behindSource != input.source) {
            input.rounded = behindSource;
        }
        return input;
    }

    const QuantizedGraph& graph_;
    std::vector<const QNode*> makers_;
    std::vector<Layer> layers_;
};

/// |changes|^2 and |x|^2 of one output.
struct Power {
    double change = 0;
    double signal = 0;
};

struct Sums {
    ErrorMetrics local;
    std::vector<Power> outputs;
    std::string obstacle;  ///< why the error could not be carried to the outputs in all batches
};

double squares(const at::Tensor& x) {
    const auto norm = x.norm().item<double>();
    return norm * norm;
}

class Carrying {
  public:
    Carrying(Executor& reference, Executor& quantized)
        : reference_(reference), quantized_(quantized), layers_(quantized.graph()) {
        const QuantizedGraph& graph = reference.graph();
        for (const QValue& value : graph.values) {
            if (value.real.valid()) {
                referenceOf_[value.real] = value.id;
            }
        }
    }

    size_t layers() const { return layers_.all().size(); }

    /// The float network's values for a batch. Runs both as a whole: what starts in the middle then takes
    /// values in the layouts of these runs.
    Status start(std::span<const at::Tensor> inputs) {
        const QuantizedGraph& graph = reference_.graph();
        values_.clear();
        QS_TRY(quantized_.run(inputs));
        for (size_t i = 0; i < inputs.size(); ++i) {
            values_[graph.inputs.at(i)] = inputs[i];
        }
        QS_TRY(reference_.run(inputs, [&](size_t node, std::span<const at::Tensor> outputs) {
            for (size_t i = 0; i < outputs.size(); ++i) {
                values_[graph.nodes[node].outputs[i]] = outputs[i].clone();
            }
        }));
        return {};
    }

    Status addLayer(size_t index, std::map<std::string, Sums>& sums) {
        const Layer& layer = layers_.all()[index];
        std::vector<ValueId> outputs;
        for (const ValueId output : layer.outputs) {
            const std::optional<ValueId> same = inReference(quantized_.graph(), output);
            if (!same || !values_.contains(*same)) {
                return {};
            }
            outputs.push_back(*same);
        }
        Cut cut, rounded;
        for (const Input& input : layer.inputs) {
            const std::optional<ValueId> source = inReference(quantized_.graph(), input.source);
            if (!source || !values_.contains(*source)) {
                return {};
            }
            QS_TRY(giveInput(input, *source, cut, rounded));
        }
        QS_ASSIGN(std::vector<at::Tensor> actual, quantized_.runFrom(cut, layer.outputs));
        std::vector<at::Tensor> expected;
        if (rounded.empty()) {
            for (const ValueId output : outputs) {
                expected.push_back(values_.at(output));
            }
        } else {
            QS_ASSIGN(expected, reference_.runFrom(withoutFrom(outputs, rounded), outputs));
        }
        Sums& sum = sums[layer.name];
        Cut changed;
        for (size_t i = 0; i < outputs.size(); ++i) {
            const auto& qparams = quantized_.graph().value(layer.outputs[i]).qparams;
            const at::Tensor y = qparams ? dequantize(actual[i], *qparams) : actual[i];
            sum.local.add(expected[i], y);
            const at::Tensor& value = values_.at(outputs[i]);
            // Masked places may be infinite on both sides.
            changed[outputs[i]] = at::where(y.eq(expected[i]), value, value + (y - expected[i]));
        }
        carry(outputs, changed, sum);
        return {};
    }

  private:
    std::optional<ValueId> inReference(const QuantizedGraph& graph, ValueId value) const {
        const auto found = referenceOf_.find(graph.value(value).real);
        return found == referenceOf_.end() ? std::nullopt : std::optional(found->second);
    }

    /// Into `cut` what the layer's steps start from; into `rounded` what the float layer reads instead of the
    /// float network's own values.
    Status giveInput(const Input& input, ValueId source, Cut& cut, Cut& rounded) {
        const at::Tensor& x = values_.at(source);
        const auto& qparams = quantized_.graph().value(input.source).qparams;
        cut[input.source] = qparams ? quantize(x, *qparams) : x;
        if (!input.rounded) {
            return {};
        }
        if (qparams) {
            rounded[source] = dequantize(cut[input.source], *qparams);
            return {};
        }
        const std::vector<ValueId> wanted{*input.rounded};
        QS_ASSIGN(const auto onGrid, quantized_.runFrom({{input.source, x}}, wanted));
        rounded[source] = onGrid.at(0);
        return {};
    }

    /// The float network's values but those that depend on `changed`, which take the places of their own;
    /// `outputs` are left to be computed.
    Cut withoutFrom(const std::vector<ValueId>& outputs, const Cut& changed) const {
        std::set<ValueId> dependent(outputs.begin(), outputs.end());
        for (const auto& [value, x] : changed) {
            dependent.insert(value);
        }
        for (const QNode& node : reference_.graph().nodes) {
            const auto depends = [&](ValueId value) { return dependent.contains(value); };
            if (std::ranges::any_of(node.inputs, depends)) {
                dependent.insert(node.outputs.begin(), node.outputs.end());
            }
        }
        Cut cut;
        for (const auto& [value, x] : values_) {
            if (!dependent.contains(value)) {
                cut[value] = x;
            }
        }
        for (const auto& [value, x] : changed) {
            cut[value] = x;
        }
        return cut;
    }

    /// The network's outputs with `changed` in the places of the layer's outputs.
    void carry(const std::vector<ValueId>& outputs, const Cut& changed, Sums& sum) {
        const std::vector<ValueId>& ends = reference_.graph().outputs;
        sum.outputs.resize(ends.size());
        const bool same = std::ranges::all_of(
            outputs, [&](ValueId value) { return at::equal(changed.at(value), values_.at(value)); });
        std::vector<at::Tensor> results;
        if (!same) {
            auto carried = reference_.runFrom(withoutFrom({}, changed));
            if (!carried) {
                sum.obstacle = carried.error().message;
                return;
            }
            results = std::move(*carried);
        }
        for (size_t i = 0; i < ends.size(); ++i) {
            const at::Tensor x = values_.at(ends[i]).to(at::kFloat);
            const at::Tensor y = same ? x : results[i].to(at::kFloat);
            if (x.sizes() != y.sizes()) {
                sum.obstacle = "it changes how many results the network gives";
                return;
            }
            if (!x.isfinite().all().item<bool>() || !y.isfinite().all().item<bool>()) {
                sum.obstacle = "the network's outputs are not finite";
                return;
            }
            sum.outputs[i].change += same ? 0 : squares(y - x);
            sum.outputs[i].signal += squares(x);
        }
    }

    Executor& reference_;
    Executor& quantized_;
    Layers layers_;
    std::map<ValueId, ValueId> referenceOf_;  ///< by QValue::real
    Cut values_;                              ///< the reference's, of the batch at hand
};

std::map<std::string, Contribution> withShares(const std::map<std::string, Sums>& sums) {
    std::map<std::string, Contribution> all;
    double total = 0;
    for (const auto& [name, sum] : sums) {
        Contribution& layer = all[name];
        layer.local = sum.local;
        layer.obstacle = sum.obstacle;
        if (!sum.obstacle.empty()) {
            continue;
        }
        layer.noise = 0;
        for (const Power& output : sum.outputs) {
            *layer.noise += output.change > 0 ? output.change / std::max(output.signal, 1e-300) : 0;
        }
        total += *layer.noise;
    }
    for (auto& [name, layer] : all) {
        if (layer.noise) {
            layer.share = total > 0 ? *layer.noise / total : 0;
        }
    }
    return all;
}

}  // namespace

Result<std::map<std::string, Contribution>> contributions(Executor& reference, Executor& quantized,
                                                          Dataset& data, int64_t samples, int64_t batch,
                                                          Job& job) {
    Carrying carrying(reference, quantized);
    std::map<std::string, Sums> sums;
    const int64_t total = samples > 0 ? std::min(samples, data.size()) : data.size();
    const auto layers = static_cast<int64_t>(carrying.layers());
    const int64_t batches = (total + batch - 1) / batch;
    job.begin("Carrying errors to the outputs", batches * layers);
    for (int64_t i = 0; i < batches; ++i) {
        QS_ASSIGN(const Batch read, data.read(i * batch, std::min((i + 1) * batch, total)));
        if (read.size() > 0) {
            QS_TRY(guard("carrying errors to the outputs",
                         [&]() -> Status { return carrying.start(read.inputs); }));
        }
        for (int64_t layer = 0; layer < layers; ++layer) {
            if (read.size() > 0) {
                QS_TRY(guard("carrying errors to the outputs", [&]() -> Status {
                    return carrying.addLayer(static_cast<size_t>(layer), sums);
                }));
            }
            QS_TRY(job.step(i * layers + layer + 1));
        }
    }
    return withShares(sums);
}

}  // namespace qs
