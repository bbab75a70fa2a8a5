#include "workbench/layers.h"

#include <algorithm>

#include "core/translatable.h"
#include "ops/op.h"

namespace qs {

namespace {

bool isReal(const Graph& graph, const std::vector<ValueId>& values) {
    return std::ranges::all_of(values, [&](ValueId id) { return graph.value(id).dtype == at::kFloat; });
}

std::string whyFloat(const PreparedModel& model, size_t index) {
    const FusionGroup& group = model.groups[index];
    const std::string& op = model.graph.node(group.primary).op;
    const QuantKind kind = quantKindOf(op);
    if (kind == QuantKind::None) {
        return QT_TRANSLATE_NOOP("Engine", "its op has no integer form");
    }
    if (model.masks.contains(index)) {
        return QT_TRANSLATE_NOOP("Engine", "it makes a mask or adds one, which no grid holds beside scores");
    }
    if (model.qconfigs[index].qconfig.mode != Mode::Static && kind != QuantKind::Weighted) {
        return QT_TRANSLATE_NOOP("Engine", "its qconfig quantizes layers with weights alone");
    }
    if (!isReal(model.graph, group.inputs) || !isReal(model.graph, group.outputs)) {
        return QT_TRANSLATE_NOOP("Engine", "it takes or gives tensors of another type than float32");
    }
    return QT_TRANSLATE_NOOP("Engine", "it follows its surroundings, which are no integers");
}

}  // namespace

LayerPrecision precisionOf(const PreparedModel& model, size_t group) {
    LayerPrecision precision{precisionText(model, group)};
    const bool isQuantizing = !model.qconfigs[group].qconfig.isFloat();
    if (model.computes[group] == Compute::Float32 && isQuantizing) {
        precision.reason = whyFloat(model, group);
    } else if (isEmulated(model.computes[group])) {
        precision.reason = QT_TRANSLATE_NOOP(
            "Engine", "no kernel here has its numbers: it is computed in float32, rounded to its grids");
    }
    return precision;
}

std::vector<protocol::LayerResult> listLayers(const OpenedModel& opened, const PreparedModel& prepared) {
    std::vector<protocol::LayerResult> rows;
    const auto& infos = opened.info.layers;
    for (size_t i = 0; i < infos.size(); ++i) {
        protocol::LayerResult row;
        row.name = infos[i].name;
        row.op = infos[i].op;
        row.fused = infos[i].fused;
        row.output_shape = infos[i].output_shape;
        row.parameters = infos[i].parameters;
        row.macs = infos[i].macs;
        LayerPrecision precision = precisionOf(prepared, i);
        row.precision = std::move(precision.name);
        row.reason = std::move(precision.reason);
        row.compute = toString(prepared.computes[i]);
        row.qconfig = prepared.qconfigs[i].qconfig.name;
        row.rule = prepared.qconfigs[i].rule;
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace qs
