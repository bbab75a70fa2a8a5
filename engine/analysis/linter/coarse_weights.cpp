#include <ATen/core/Tensor.h>

#include "analysis/linter/linter.h"

namespace qs {

namespace {

/// The channel whose bias is the largest; 0 without biases.
int64_t widestChannel(const QNode& node) {
    return node.bias ? node.bias->abs().argmax().item<int64_t>() : 0;
}

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    for (const LintLayer& layer : input.layers) {
        const QNode& node = layer.node;
        if (!node.weightInt || node.weightQParams->perChannel() || node.weightInt->numel() == 0) {
            continue;
        }
        const auto used = node.weightInt->to(at::kInt).abs().max().item<int>();
        const int64_t levels = node.weightQParams->quantMax;
        if (used == 0 || 2 * used > levels) {
            continue;
        }
        findings.push_back(
            {.layer = node.layer,
             .message = QT_TRANSLATE_NOOP("Linter",
                                          "%1 uses %2 of the %3 steps that its weights could have: their one "
                                          "scale was set wider, or leaves room for the bias of channel %4."),
             .remedy =
                 QT_TRANSLATE_NOOP("Linter",
                                   "Give its weights a scale a channel (granularity channel): then that "
                                   "channel alone has coarse steps."),
             .arguments = {node.layer, std::to_string(used), std::to_string(levels),
                           std::to_string(widestChannel(node))}});
    }
    return findings;
}

}  // namespace

void register_coarse_weights(Registry<LintRule>& registry) {
    registry.add("coarse_weights", {"weights whose one scale leaves most of their steps unused", check});
}

}  // namespace qs
