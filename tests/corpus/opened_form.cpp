#include "corpus/opened_form.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "corpus/judge.h"
#include "ops/fusion.h"
#include "ops/op.h"
#include "quant/ptq.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double difference(const std::optional<QParams>& a, const std::optional<QParams>& b) {
    if (a.has_value() != b.has_value()) {
        return kInfinity;
    }
    if (!a) {
        return 0;
    }
    if (a->dtype != b->dtype || a->axis != b->axis || a->zeroPoint != b->zeroPoint ||
        a->scale.size() != b->scale.size()) {
        return kInfinity;
    }
    double worst = 0;
    for (size_t i = 0; i < a->scale.size(); ++i) {
        const double larger = std::max(a->scale[i], b->scale[i]);
        worst = std::max(worst, std::abs(a->scale[i] - b->scale[i]) / larger);
    }
    return worst;
}

}  // namespace

Result<Batch> TensorData::readSamples(std::span<const int64_t> indices) const {
    Batch batch;
    const at::Tensor index = at::tensor(c10::IntArrayRef(indices.data(), indices.size()), at::kLong);
    for (const NamedTensor& input : inputs_) {
        batch.inputs.push_back(input.tensor.index_select(0, index));
    }
    return batch;
}

std::vector<SampleInput> TensorData::sampleInputs() const {
    std::vector<SampleInput> inputs;
    for (const NamedTensor& input : inputs_) {
        inputs.push_back({"", input.tensor.sizes().slice(1).vec(), input.tensor.scalar_type()});
    }
    return inputs;
}

std::vector<InputSpec> specsOf(const std::vector<NamedTensor>& inputs) {
    std::vector<InputSpec> specs;
    for (const NamedTensor& input : inputs) {
        specs.push_back({"", input.tensor.sizes().vec(), input.tensor.scalar_type()});
    }
    return specs;
}

Result<OpenedForm> openForm(const std::filesystem::path& file, const std::string& form,
                            const std::vector<NamedTensor>& inputs) {
    QS_ASSIGN(ImportedModel model, openModel(file, specsOf(inputs)));
    OpenedForm opened{form, std::move(model.graph), std::move(model.notes), {}, {}};
    for (const FusionGroup& group : fuse(opened.graph)) {
        const Node& node = opened.graph.node(group.primary);
        const OpDef* op = ops().find(node.op);
        opened.layers.push_back(node.name);
        if (op && op->quant != QuantKind::None) {
            opened.quantizable.push_back(node.name);
        }
    }
    return opened;
}

Result<QuantizedGraph> quantizeForm(const OpenedForm& opened, const std::vector<NamedTensor>& inputs) {
    QS_ASSIGN(const RuleSet rules, RuleSet::make({{RuleMatch::Global, "", "onednn"}}));
    QS_ASSIGN(PreparedModel prepared, test::prepareGraph(opened.graph, rules));
    for (auto& [value, config] : prepared.observed) {
        config.activation.observer = "min_max";
    }
    TensorData data(inputs);
    Job job;
    QS_ASSIGN(const Encodings encodings, calibrate(prepared, data, 0, data.size(), job));
    return convert(prepared, encodings);
}

std::map<std::string, LayerQParams> layerQParams(const QuantizedGraph& graph) {
    std::map<std::string, LayerQParams> layers;
    for (const QNode& node : graph.nodes) {
        if (!node.isBoundary() && graph.isInteger(node)) {
            layers[node.layer] = {graph.value(node.outputs[0]).qparams, node.weightQParams};
        }
    }
    return layers;
}

double qparamsDifference(const std::map<std::string, LayerQParams>& a,
                         const std::map<std::string, LayerQParams>& b, std::string& where) {
    double worst = 0;
    for (const auto& [layer, qparams] : a) {
        const auto other = b.find(layer);
        const double found = other == b.end() ? kInfinity
                                              : std::max(difference(qparams.output, other->second.output),
                                                         difference(qparams.weight, other->second.weight));
        if (found > worst) {
            worst = found;
            where = layer;
        }
    }
    return a.size() == b.size() ? worst : kInfinity;
}

double relativeDifference(const at::Tensor& expected, const at::Tensor& actual) {
    if (!expected.sizes().equals(actual.sizes())) {
        return kInfinity;
    }
    const at::Tensor a = expected.to(at::kDouble), b = actual.to(at::kDouble);
    const double size = a.abs().max().item<double>();
    const double apart = (a - b).abs().max().item<double>();
    return apart == 0 ? 0 : apart / size;
}

double sqnr(const at::Tensor& x, const at::Tensor& y) {
    const at::Tensor a = x.to(at::kDouble), b = y.to(at::kDouble);
    return 20 * std::log10(a.norm().item<double>() / (a - b).norm().item<double>());
}

}  // namespace qs::test
