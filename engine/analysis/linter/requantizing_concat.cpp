#include <algorithm>

#include "analysis/linter/linter.h"
#include "ops/op.h"

namespace qs {

namespace {

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    for (const LintLayer& layer : input.layers) {
        if (!layer.isInteger || roleOf(layer.node.op) != OpRole::Concatenate) {
            continue;
        }
        const auto& wanted = input.graph.value(layer.node.outputs[0]).qparams;
        const auto rescaled = std::ranges::count_if(
            layer.node.inputs, [&](ValueId value) { return input.graph.value(value).qparams != wanted; });
        if (rescaled > 0) {
            findings.push_back(
                {.layer = layer.node.layer,
                 .message = QT_TRANSLATE_NOOP("Linter",
                                              "%1 rescales %2 of its %3 parts while it copies them (%4 ms)."),
                 .remedy = QT_TRANSLATE_NOOP(
                     "Linter",
                     "Parts with the same scale and zero point as the result are only copied, or written "
                     "where "
                     "it wants them. Calibration gives them these where only concatenations read a part: let "
                     "other layers read the result, or the layers that make the parts end in the same "
                     "activation (ReLU6, say)."),
                 .arguments = {layer.node.layer, std::to_string(rescaled),
                               std::to_string(layer.node.inputs.size()), lintMs(layer.time.ms)},
                 .saving_ms = layer.time.ms / 2});
        }
    }
    return findings;
}

}  // namespace

void register_requantizing_concat(Registry<LintRule>& registry) {
    registry.add("requantizing_concat", {"concatenations that rescale their parts", check});
}

}  // namespace qs
