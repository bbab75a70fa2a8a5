#include "importers/markers.h"

#include <algorithm>
#include <cmath>

#include "graph/passes/rewrite.h"
#include "ops/op.h"

namespace qs {

namespace {

/// The integer that a real bound stands for, within the grid's range.
int64_t boundOn(const QParams& grid, double real) {
    const double steps = std::nearbyint(real / grid.scale[0]) + static_cast<double>(grid.zeroPoint[0]);
    return static_cast<int64_t>(
        std::clamp(steps, static_cast<double>(grid.quantMin), static_cast<double>(grid.quantMax)));
}

/// The marker that makes `value` for one reader, perhaps with permutes between; null where there is none.
const Node* soleMarker(const Graph& graph, ValueId value) {
    const Node* producer = soleProducer(graph, value);
    while (producer && roleOf(producer->op) == OpRole::Permute) {
        producer = soleProducer(graph, producer->inputs[0]);
    }
    return producer && producer->op == kQuantizeMarker ? producer : nullptr;
}

}  // namespace

Attributes markerAttributes(const QParams& grid) {
    Attributes attrs;
    attrs.set("scale", grid.scale.at(0));
    attrs.set("zero_point", grid.zeroPoint.at(0));
    attrs.set("dtype", std::string(toString(grid.dtype)));
    attrs.set("quant_min", grid.quantMin);
    attrs.set("quant_max", grid.quantMax);
    return attrs;
}

QParams markerGrid(const Node& marker) {
    const Attributes& attrs = marker.attrs;
    return {dtypeFromString(attrs.get<std::string>("dtype")).value(),
            -1,
            {attrs.get<double>("scale")},
            {attrs.get<int64_t>("zero_point")},
            attrs.get<int64_t>("quant_min"),
            attrs.get<int64_t>("quant_max")};
}

bool movesIntegers(const Node& node) {
    return quantKindOf(node.op) == QuantKind::PassThrough || roleOf(node.op) == OpRole::Concatenate ||
           clampOf(node.op, node.attrs).kind == FusedActivation::Kind::Clip;
}

std::optional<QParams> integerGrid(const Graph& graph, ValueId value) {
    for (;;) {
        const NodeId producer = graph.value(value).producer;
        if (!producer.valid()) {
            return std::nullopt;
        }
        const Node& node = graph.node(producer);
        if (node.op == kQuantizeMarker) {
            return markerGrid(node);
        }
        if (!movesIntegers(node)) {
            return std::nullopt;
        }
        value = node.inputs.at(0);
    }
}

bool isSameGrid(const QParams& a, const QParams& b) {
    return a.dtype == b.dtype && a.axis == b.axis && a.scale == b.scale && a.zeroPoint == b.zeroPoint;
}

void moveBeforeDequantizing(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& node = graph.nodes()[i];
        const OpDef* def = ops().find(node.op);
        const bool moves = def && def->quant == QuantKind::PassThrough && !def->averages &&
                           node.inputs.size() == 1 && node.outputs.size() == 1 &&
                           !graph.isOutput(node.outputs[0]);
        const NodeId producer = moves ? graph.value(node.inputs[0]).producer : NodeId{};
        if (!producer.valid() || graph.node(producer).op != kDequantizeMarker) {
            continue;
        }
        const ValueId moved = node.outputs[0];
        const std::vector<NodeId>& readers = graph.users(moved);
        const bool isQuantized = std::ranges::any_of(
            readers, [&](NodeId reader) { return graph.node(reader).op == kQuantizeMarker; });
        if (isQuantized) {
            continue;
        }
        const NodeId id = node.id;
        const std::string scope = node.scope;
        graph.setInput(id, 0, graph.node(producer).inputs.at(0));
        const NodeId marker = graph.insertBehind(id, kDequantizeMarker, "", {}, {moved}, {""});
        graph.node(marker).scope = scope;
        const ValueId real = graph.node(marker).outputs.at(0);
        graph.value(real).shape = graph.value(moved).shape;
        graph.value(real).dtype = graph.value(moved).dtype;
        graph.replaceUses(moved, real);
        graph.setInput(marker, 0, moved);
    }
}

void foldClamps(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& clip = graph.nodes()[i];
        const FusedActivation clamp = clampOf(clip.op, clip.attrs);
        const Node* marker = clamp.kind == FusedActivation::Kind::Clip && !graph.isOutput(clip.outputs[0])
                                 ? soleMarker(graph, clip.inputs[0])
                                 : nullptr;
        if (!marker) {
            continue;
        }
        QParams grid = markerGrid(*marker);
        const int64_t low = boundOn(grid, clamp.low);
        const int64_t high = boundOn(grid, clamp.high);
        grid.quantMin = low;
        grid.quantMax = high;
        graph.node(marker->id).attrs = markerAttributes(grid);
        graph.replaceUses(clip.outputs[0], clip.inputs[0]);
    }
}

}  // namespace qs
