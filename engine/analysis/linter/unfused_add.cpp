#include "analysis/linter/linter.h"
#include "ops/op.h"

namespace qs {

namespace {

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    for (const LintLayer& layer : input.layers) {
        if (layer.isInteger && roleOf(layer.node.op) == OpRole::Add && layer.node.inputs.size() == 2) {
            findings.push_back(
                {.layer = layer.node.layer,
                 .message = QT_TRANSLATE_NOOP("Linter", "%1 adds two tensors in a step of its own (%2 ms)."),
                 .remedy = QT_TRANSLATE_NOOP(
                     "Linter",
                     "Where a convolution comes right before an addition, and nothing else reads its output, "
                     "the addition runs inside the convolution and costs next to nothing."),
                 .arguments = {layer.node.layer, lintMs(layer.time.ms)},
                 .saving_ms = layer.time.ms});
        }
    }
    return findings;
}

}  // namespace

void register_unfused_add(Registry<LintRule>& registry) {
    registry.add("unfused_add", {"additions that run on their own", check});
}

}  // namespace qs
