#include "cli/profile_text.h"

#include <fmt/format.h>

#include "analysis/linter/linter.h"
#include "cli/report.h"
#include "cli/table.h"
#include "core/match.h"
#include "core/printable.h"

namespace qs::cli {

using protocol::VariantResult;

namespace {

using Align = Table::Align;

std::string restoringText(const protocol::LayerResult& layer) {
    if (!layer.restore_ms) {
        return "-";
    }
    const std::string cost = fmt::format("{:+.3f}", *layer.restore_ms);
    return layer.restore_uncertainty_ms ? fmt::format("{} +- {:.3f}", cost, *layer.restore_uncertainty_ms)
                                        : cost;
}

std::string timedLayersText(const VariantResult& variant) {
    Table table({{"layer", Align::Left},
                 {"op", Align::Left},
                 {"precision", Align::Left},
                 {"implementation", Align::Left},
                 {"FP32 (ms)"},
                 {"variant (ms)"},
                 {"+-"},
                 {"speed-up"},
                 {"GMAC/s"},
                 {"% of peak"},
                 {"bytes"},
                 {"bound", Align::Left},
                 {"restoring (ms)"}});
    for (const protocol::LayerResult& layer : variant.layers) {
        const bool timed =
            !variant.machine_busy && layer.fp32_ms && layer.variant_ms && *layer.variant_ms > 0;
        table.add({layer.name, layer.op, layer.precision, layer.implementation,
                   formatNumber(layer.fp32_ms, 3), formatNumber(layer.variant_ms, 3),
                   formatNumber(layer.variant_spread_ms, 3),
                   timed ? formatNumber(*layer.fp32_ms / *layer.variant_ms, 2) : "-",
                   formatNumber(layer.gmacs_per_s, 1), formatNumber(layer.peak_percent, 0),
                   layer.bytes ? formatCount(*layer.bytes) : "-", layer.bound, restoringText(layer)});
    }
    return table.text();
}

std::string refusalsText(const VariantResult& variant) {
    std::string text;
    for (const protocol::LayerResult& layer : variant.layers) {
        if (!layer.refusals.empty()) {
            text += fmt::format("{} runs on {}, because: {}\n", printable(layer.name), layer.implementation,
                                join(layer.refusals, "; "));
        }
    }
    return text.empty() ? text : '\n' + text;
}

std::string boundariesText(const VariantResult& variant) {
    if (variant.boundaries.empty()) {
        return "";
    }
    Table table({{"boundary", Align::Left}, {"op", Align::Left}, {"variant (ms)"}, {"bytes"}});
    for (const auto& boundary : variant.boundaries) {
        table.add(
            {boundary.name, boundary.op, formatNumber(boundary.variant_ms, 3), formatCount(boundary.bytes)});
    }
    return '\n' + table.text();
}

std::string sumText(const protocol::ProfileSummary& p) {
    const double sum = p.layers_ms + p.boundaries_ms + p.other_ms;
    std::string text = fmt::format(
        "\nlayers {:.3f} + boundaries {:.3f} + inputs and outputs {:.3f} = {:.3f} ms, {:+.1f} % from the "
        "median of whole runs ({:.3f} ms); reading the clock took {:.3f} ms more and is taken out\n",
        p.layers_ms, p.boundaries_ms, p.other_ms, sum,
        p.total_ms > 0 ? 100 * (sum - p.total_ms) / p.total_ms : 0, p.total_ms, p.overhead_ms);
    text += fmt::format(
        "{} quantize, {} dequantize, {} requantize, {} reorder steps; activations take {} (at one time at "
        "least {}); prepared in {:.0f} ms\n",
        p.quantizes, p.dequantizes, p.requantizes, p.reorders, formatBytes(p.arena_bytes),
        formatBytes(p.live_bytes), p.prepare_ms);
    text += p.energy_mj
                ? fmt::format("energy: {:.2f} mJ an inference (whole processor package)\n", *p.energy_mj)
                : "energy: " + p.energy_note + '\n';
    return text;
}

std::string peaksText(const protocol::MachinePeaks& peaks) {
    return fmt::format(
        "peaks of this machine, {}: INT8 {:.0f} GMAC/s, FP32 {:.0f} GMAC/s, memory {:.0f} GB/s, second-level "
        "cache {:.0f} GB/s\n",
        peaks.threads == 1 ? "1 thread" : fmt::format("{} threads", peaks.threads), peaks.int8_gmacs_per_s,
        peaks.fp32_gmacs_per_s, peaks.memory_gb_per_s, peaks.cache_gb_per_s);
}

std::string findingsText(const std::vector<protocol::Finding>& findings, LintConcern concern) {
    std::string text;
    for (const protocol::Finding& finding : findings) {
        const LintRule* rule = lintRules().find(finding.rule);
        if (!rule || rule->concern != concern) {
            continue;
        }
        text += "- " + printable(fillIn(finding.message, finding.arguments) + ' ' +
                                 fillIn(finding.remedy, finding.arguments));
        if (finding.saving_ms && *finding.saving_ms >= 0.001) {
            text += fmt::format(" (at most {:.3f} ms)", *finding.saving_ms);
        }
        text += '\n';
    }
    const char* heading =
        concern == LintConcern::Accuracy ? "\nwhere accuracy is lost:\n" : "\nwhy it is not faster:\n";
    return text.empty() ? text : heading + text;
}

}  // namespace

std::string judgedText(const VariantResult& variant) {
    return summaryText(variant) + findingsText(variant.findings, LintConcern::Accuracy);
}

std::string profileText(const VariantResult& variant) {
    std::string text = timedLayersText(variant) + refusalsText(variant) + boundariesText(variant);
    if (variant.profile) {
        text += sumText(*variant.profile);
    }
    if (variant.peaks) {
        text += peaksText(*variant.peaks);
    }
    return text + findingsText(variant.findings, LintConcern::Speed);
}

}  // namespace qs::cli
