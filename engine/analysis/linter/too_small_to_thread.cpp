#include "analysis/linter/linter.h"

namespace qs {

namespace {

/// What waking threads and waiting for them takes, roughly; a layer should last several times as long.
constexpr double kTooShortMs = 0.02;

std::vector<protocol::Finding> check(const LintInput& input) {
    const int threads = input.profile.total.threads;
    int64_t shortLayers = 0;
    double ms = 0;
    std::string longest;
    double longestMs = 0;
    for (const LintLayer& layer : input.layers) {
        if (layer.time.ms > 0 && layer.time.ms < kTooShortMs) {
            ++shortLayers;
            ms += layer.time.ms;
            if (layer.time.ms > longestMs) {
                longestMs = layer.time.ms;
                longest = layer.node.layer;
            }
        }
    }
    if (threads < 2 || ms < 0.1 * input.totalMs) {
        return {};
    }
    return {{.layer = longest,
             .message = QT_TRANSLATE_NOOP(
                 "Linter",
                 "%1 layers, %2 for one, take less than 20 µs each: too little to share among %3 threads. "
                 "Together they are %4 % of the time."),
             .remedy = QT_TRANSLATE_NOOP(
                 "Linter", "Run several inferences side by side with one thread each, or larger batches."),
             .arguments = {std::to_string(shortLayers), longest, std::to_string(threads),
                           lintPercent(100 * ms / input.totalMs)}}};
}

}  // namespace

void register_too_small_to_thread(Registry<LintRule>& registry) {
    registry.add("too_small_to_thread", {"layers too short for several threads", check});
}

}  // namespace qs
