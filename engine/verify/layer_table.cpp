#include "verify/layer_table.h"

#include <algorithm>
#include <set>

#include "core/match.h"
#include "verify/step_tensors.h"

namespace qs {

namespace {

using Tensors = std::vector<at::Tensor>;

constexpr size_t kNamesInANote = 3;

/// A layer's integer tensors one after the other, in the order of the graph.
class Shown {
  public:
    explicit Shown(const std::map<std::string, Tensors>& layers) : layers_(layers) {}
    /// Null where the file does not show it.
    const at::Tensor* next(const std::string& layer) {
        const auto found = layers_.find(layer);
        const size_t i = taken_[layer]++;
        return found != layers_.end() && i < found->second.size() ? &found->second[i] : nullptr;
    }

  private:
    const std::map<std::string, Tensors>& layers_;
    std::map<std::string, size_t> taken_;
};

bool makesIntegers(const QuantizedGraph& graph, const QNode& node) {
    return std::ranges::any_of(node.outputs, [&](ValueId id) { return graph.value(id).isInteger(); });
}

}  // namespace

LayerTable::LayerTable(Executor& engine) : engine_(engine) {
    const QuantizedGraph& graph = engine.graph();
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        if (makesIntegers(graph, graph.nodes[i])) {
            rows_.emplace(i, LayerComparison(shownLayerName(graph, graph.nodes[i]), graph.nodes[i].op));
        }
    }
}

Status LayerTable::checkNames(const FileFacts& file) const {
    std::set<std::string> names;
    for (const QNode& node : engine_.graph().nodes) {
        names.insert(node.layer);
    }
    for (const auto& [layer, tensors] : file.layers) {
        if (!names.contains(layer)) {
            return failure("the network has no layer " + layer);
        }
    }
    return {};
}

/// The file's tensor in the shape of the engine's.
Result<at::Tensor> LayerTable::alike(const at::Tensor& file, const at::Tensor& engine,
                                     const std::string& layer) const {
    if (!sameButUnitAxes(file.sizes(), engine.sizes())) {
        return failure("its layer " + layer + " is " + c10::str(file.sizes()) + ", the network's " +
                       c10::str(engine.sizes()));
    }
    return file.reshape(engine.sizes());
}

Status LayerTable::add(const Tensors& inputs, const Values& shown) {
    const QuantizedGraph& graph = engine_.graph();
    Shown file(shown);
    std::map<ValueId, at::Tensor> values;
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
        values[graph.inputs[i]] = inputs.at(i);
    }
    for (size_t index = 0; index < graph.nodes.size(); ++index) {
        const QNode& node = graph.nodes[index];
        Tensors activations;
        for (const ValueId input : node.inputs) {
            activations.push_back(values.at(input));
        }
        QS_ASSIGN(const Tensors outputs, engine_.runNode(index, activations));
        for (size_t i = 0; i < outputs.size(); ++i) {
            const QValue& value = graph.value(node.outputs.at(i));
            values[value.id] = outputs[i];
            const at::Tensor* its = value.isInteger() ? file.next(node.layer) : nullptr;
            if (its == nullptr) {
                continue;
            }
            QS_ASSIGN(const at::Tensor same, alike(*its, outputs[i], node.layer));
            rows_.at(index).add(outputs[i], *value.qparams, same);
            values[value.id] = integersOf(same, *value.qparams);
        }
    }
    return {};
}

void LayerTable::write(protocol::VerifyResult& result) const {
    std::vector<std::string> left;
    for (const auto& [index, row] : rows_) {
        protocol::LayerDifference layer = row.result(result.layer_tolerance_percent);
        if (layer.values == 0) {
            const bool isLayer = !engine_.graph().nodes[index].isBoundary();
            (isLayer ? result.missing_layers : left).push_back(layer.name);
            continue;
        }
        if (!layer.passed && result.first_layer_out.empty()) {
            result.first_layer_out = layer.name;
        }
        result.layers.push_back(std::move(layer));
    }
    if (!left.empty()) {
        const size_t count = left.size();
        left.resize(std::min(count, kNamesInANote));
        result.notes.push_back("the file does not show " + std::to_string(count) +
                               " results of quantize and requantize steps, which are not compared: " +
                               join(left) + (count > left.size() ? ", ..." : ""));
    }
}

}  // namespace qs
