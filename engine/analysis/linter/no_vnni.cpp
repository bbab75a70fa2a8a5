#include "analysis/linter/linter.h"

namespace qs {

namespace {

std::vector<protocol::Finding> check(const LintInput& input) {
    if (input.cpu.hasVnni) {
        return {};
    }
    return {{.message = QT_TRANSLATE_NOOP(
                 "Linter",
                 "This processor (%1) has no dot-product instructions for bytes (VNNI): INT8 convolutions "
                 "reach about the speed of FP32 ones, not a multiple."),
             .remedy = QT_TRANSLATE_NOOP("Linter", "Measure on the processor that the model will run on."),
             .arguments = {input.cpu.isa}}};
}

}  // namespace

void register_no_vnni(Registry<LintRule>& registry) {
    registry.add("no_vnni", {"processors without byte dot products", check});
}

}  // namespace qs
