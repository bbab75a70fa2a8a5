#include <algorithm>
#include <string>

#include "analysis/linter/linter.h"
#include "ops/op.h"

namespace qs {

namespace {

constexpr int64_t kInputGroup = 4;      ///< products that one dot-product instruction adds
constexpr double kWorthNaming = 0.005;  ///< of the time of the whole network

/// int32 accumulators in a vector.
int64_t lanes(const CpuInfo& cpu) {
    return cpu.isa.starts_with("avx512") ? 16 : 8;
}

int64_t roundedUp(int64_t channels, int64_t multiple) {
    return (channels + multiple - 1) / multiple * multiple;
}

/// Whether the node reads the network's own input, whose channels nobody can choose.
bool readsInput(const QuantizedGraph& graph, const QNode& node) {
    for (const QNode& other : graph.nodes) {
        if (other.op == "quantize" && other.outputs == std::vector{node.inputs[0]}) {
            return std::ranges::find(graph.inputs, other.inputs[0]) != graph.inputs.end();
        }
    }
    return false;
}

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    const int64_t vector = lanes(input.cpu);
    for (const LintLayer& layer : input.layers) {
        const QNode& node = layer.node;
        const OpDef* def = ops().find(node.op);
        const bool isWeighted = def && def->quant == QuantKind::Weighted && def->weightOutputAxis == 0;
        if (!layer.isInteger || !isWeighted || isDepthwise(node)) {
            continue;
        }
        const int64_t groups = node.attrs.get<int64_t>("groups", 1);
        const int64_t in = node.weight->size(1), out = node.weight->size(0) / groups;
        const int64_t inLanes = readsInput(input.graph, node) ? in : roundedUp(in, kInputGroup);
        const double useful =
            static_cast<double>(in * out) / static_cast<double>(inLanes * roundedUp(out, vector));
        const double saving = layer.time.ms * (1 - useful);
        if (saving < kWorthNaming * input.totalMs) {
            continue;
        }
        findings.push_back(
            {.layer = node.layer,
             .message = QT_TRANSLATE_NOOP("Linter",
                                          "%1 has %2 input and %3 output channels in a group; vectors hold "
                                          "%4 and %5, and %6 % of their lanes stay empty."),
             .remedy = QT_TRANSLATE_NOOP(
                 "Linter", "Choose channels that are multiples of those: the same time buys more of them."),
             .arguments = {node.layer, std::to_string(in), std::to_string(out), std::to_string(kInputGroup),
                           std::to_string(vector), lintPercent(100 * (1 - useful))},
             .saving_ms = saving});
    }
    return findings;
}

}  // namespace

void register_odd_channels(Registry<LintRule>& registry) {
    registry.add("odd_channels", {"channels that are no multiples of the vector", check});
}

}  // namespace qs
