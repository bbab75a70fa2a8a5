#include "analysis/linter/linter.h"

namespace qs {

namespace {

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    for (const LintLayer& layer : input.layers) {
        if (layer.isInteger && isDepthwise(layer.node) && layer.result.peak_percent &&
            *layer.result.peak_percent < 50) {
            findings.push_back(
                {.layer = layer.node.layer,
                 .message = QT_TRANSLATE_NOOP(
                     "Linter",
                     "%1 is a depthwise convolution: with %2 multiplications an element it moves "
                     "bytes more than it computes, and reaches %3 % of the arithmetic peak."),
                 .remedy = QT_TRANSLATE_NOOP(
                     "Linter",
                     "INT8 saves it bytes, not arithmetic. A dense convolution with fewer channels may take "
                     "the same time and do more."),
                 .arguments = {layer.node.layer,
                               std::to_string(layer.node.weight->numel() / layer.node.weight->size(0)),
                               lintPercent(*layer.result.peak_percent)}});
        }
    }
    return findings;
}

}  // namespace

void register_depthwise_memory(Registry<LintRule>& registry) {
    registry.add("depthwise_memory", {"depthwise convolutions that memory bounds", check});
}

}  // namespace qs
