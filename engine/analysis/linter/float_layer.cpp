#include "analysis/linter/linter.h"
#include "ops/op.h"

namespace qs {

namespace {

constexpr double kWorthNaming = 5;  ///< percent of the time

std::string remedyOf(const LintLayer& layer) {
    if (quantKindOf(layer.node.op) == QuantKind::None) {
        return QT_TRANSLATE_NOOP("Linter",
                                 "No preset quantizes this op: it has no integer form here. Convolutions, "
                                 "linear layers and matrix products in its place would be quantized.");
    }
    return layer.result.qconfig == "fp32"
               ? QT_TRANSLATE_NOOP("Linter", "A rule keeps it in FP32; quantize it where accuracy allows.")
               : QT_TRANSLATE_NOOP("Linter",
                                   "Nothing that it reads is an integer: quantize what precedes it.");
}

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    for (const LintLayer& layer : input.layers) {
        const double share = input.totalMs > 0 ? 100 * layer.time.ms / input.totalMs : 0;
        if (layer.isInteger || layer.node.compute != Compute::Float32 || share < kWorthNaming) {
            continue;
        }
        findings.push_back(
            {.layer = layer.node.layer,
             .message = QT_TRANSLATE_NOOP("Linter", "%1 (%2) runs in FP32 and takes %3 % of the time."),
             .remedy = remedyOf(layer),
             .arguments = {layer.node.layer, layer.node.op, lintPercent(share)}});
    }
    return findings;
}

}  // namespace

void register_float_layer(Registry<LintRule>& registry) {
    registry.add("float_layer", {"FP32 layers that take long", check});
}

}  // namespace qs
