#include <algorithm>

#include "analysis/linter/linter.h"
#include "core/match.h"

namespace qs {

namespace {

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    for (const LintLayer& layer : input.layers) {
        if (!layer.isInteger || layer.time.implementation != "reference") {
            continue;
        }
        const double restoring = layer.result.restore_ms.value_or(0);
        findings.push_back(
            {.layer = layer.node.layer,
             .message = QT_TRANSLATE_NOOP("Linter",
                                          "%1 (%2) has no integer kernel here (%3): its integers are "
                                          "simulated in FP32, which takes %4 ms."),
             .remedy = restoring < 0
                           ? QT_TRANSLATE_NOOP("Linter", "Restore it to FP32: the network becomes faster.")
                           : QT_TRANSLATE_NOOP("Linter",
                                               "Leave it: in FP32 the network would not become faster. "
                                               "Another op in its place may have a kernel."),
             .arguments = {layer.node.layer, layer.node.op, join(layer.time.refusals, "; "),
                           lintMs(layer.time.ms)},
             .saving_ms = std::max(0.0, -restoring)});
    }
    return findings;
}

}  // namespace

void register_no_integer_kernel(Registry<LintRule>& registry) {
    registry.add("no_integer_kernel", {"integer layers that are simulated", check});
}

}  // namespace qs
