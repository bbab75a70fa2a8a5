#include "analysis/linter/linter.h"

namespace qs {

namespace {

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    for (const NodeTime& time : input.profile.nodes) {
        if (time.kind != NodeTime::Kind::Reorder) {
            continue;
        }
        const QNode& node = input.graph.nodes[time.node];
        findings.push_back(
            {.layer = node.layer,
             .message = QT_TRANSLATE_NOOP(
                 "Linter", "%1 (%2) wants its input in another layout: a reorder of %3 ms precedes it."),
             .remedy = QT_TRANSLATE_NOOP(
                 "Linter",
                 "Pool to 1 x 1 before flattening, and keep reshapes and permutations out of convolutional "
                 "parts: there the layout stays channels-last."),
             .arguments = {node.layer, node.op, lintMs(time.ms)},
             .saving_ms = time.ms});
    }
    return findings;
}

}  // namespace

void register_reorder(Registry<LintRule>& registry) {
    registry.add("reorder", {"changes of layout", check});
}

}  // namespace qs
