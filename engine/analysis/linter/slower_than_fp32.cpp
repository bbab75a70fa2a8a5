#include <algorithm>

#include "analysis/linter/linter.h"

namespace qs {

namespace {

constexpr double kMargin = 1.05;   ///< of the fast runs: closer than that is noise
constexpr double kShortMs = 0.01;  ///< below it starting a step outweighs what it does

const char* reasonFor(const LintLayer& layer) {
    if (layer.time.ms < kShortMs) {
        return QT_TRANSLATE_NOOP("Linter",
                                 "%1 takes %2 ms in INT8 and %3 ms in FP32: so little that starting it "
                                 "outweighs its arithmetic.");
    }
    if (layer.result.bound == "memory") {
        return QT_TRANSLATE_NOOP("Linter",
                                 "%1 takes %2 ms in INT8 and %3 ms in FP32: it moves bytes rather than "
                                 "computing, and changing scales on the way costs more than smaller elements "
                                 "save.");
    }
    return QT_TRANSLATE_NOOP("Linter",
                             "%1 takes %2 ms in INT8 and %3 ms in FP32: the integer implementation (%4) is "
                             "slower at this shape than the FP32 one (%5).");
}

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    for (const LintLayer& layer : input.layers) {
        const double fp32 = layer.result.fp32_ms.value_or(0);
        if (!layer.isInteger || layer.time.implementation == "reference" || fp32 <= 0 ||
            layer.time.p10Ms <= fp32 * kMargin) {
            continue;
        }
        const double restoring = layer.result.restore_ms.value_or(0);
        findings.push_back(
            {.layer = layer.node.layer,
             .message = reasonFor(layer),
             .remedy = restoring < 0
                           ? QT_TRANSLATE_NOOP("Linter", "Restore it to FP32: the network becomes faster.")
                           : QT_TRANSLATE_NOOP("Linter",
                                               "Leave it: alone in FP32 it would need boundaries that cost "
                                               "more."),
             .arguments = {layer.node.layer, lintMs(layer.time.ms), lintMs(fp32), layer.time.implementation,
                           layer.result.fp32_implementation},
             .saving_ms = std::max(0.0, -restoring)});
    }
    return findings;
}

}  // namespace

void register_slower_than_fp32(Registry<LintRule>& registry) {
    registry.add("slower_than_fp32", {"layers that INT8 makes slower", check});
}

}  // namespace qs
