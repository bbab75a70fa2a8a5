#include "cli/verify_text.h"

#include <fmt/format.h>

#include "cli/report.h"
#include "cli/table.h"
#include "core/printable.h"
#include "protocol/verdict.h"
#include "verify/departure.h"

namespace qs::cli {

using Align = Table::Align;

namespace {

std::string layersText(const protocol::VerifyResult& result) {
    if (result.layers.empty()) {
        return {};
    }
    Table table({{"layer", Align::Left},
                 {"op", Align::Left},
                 {"worst (LSB)"},
                 {"mean (LSB)"},
                 {"within 1 LSB"},
                 {"LSB"},
                 {"", Align::Left}});
    for (const auto& layer : result.layers) {
        table.add({layer.name, layer.op, formatNumber(layer.worst_lsb, 0), formatNumber(layer.mean_lsb, 4),
                   fmt::format("{:.3f} %", layer.within_one_percent), formatSmall(layer.scale),
                   layer.passed ? "" : "out of tolerance"});
    }
    return table.text() + '\n';
}

std::string outputsText(const protocol::VerifyResult& result) {
    Table table({{"output", Align::Left}, {"worst"}, {"mean"}, {"SQNR (dB)"}});
    for (const auto& output : result.outputs) {
        table.add({output.name, formatSmall(output.worst), formatSmall(output.mean),
                   output.sqnr_db ? formatNumber(output.sqnr_db, 1) : "equal"});
    }
    return table.text() + '\n';
}

std::string wholeText(const protocol::VerifyResult& result) {
    const bool top1 = result.engine_top1.has_value();
    Table table({{"", Align::Left}, {"engine"}, {"file"}});
    if (top1) {
        table.add({"top-1 (%)", formatNumber(result.engine_top1, 2), formatNumber(result.file_top1, 2)});
    }
    table.add({"latency (ms)", formatNumber(result.engine_ms, 3), formatNumber(result.file_ms, 3)});
    std::string text = table.text();
    if (result.agreement) {
        text += fmt::format("same class: {:.2f} % of {} samples\n", *result.agreement, result.samples);
    }
    return text;
}

std::string verdictWord(const protocol::VerifyResult& result) {
    if (!result.passed) {
        return "FAIL: ";
    }
    return protocol::isIndependent(result) ? "PASS: " : "PASS, checked by Quantoscope alone: ";
}

}  // namespace

std::string verifyText(const protocol::VerifyResult& result) {
    const auto& measured = result.measured;
    std::string text = layersText(result) + outputsText(result) + wholeText(result);
    text += fmt::format("{}: {}{}, {} samples of {}, {} on {} ({})\n", result.runtime, result.runtime_version,
                        result.target.empty() ? "" : ", target " + printable(result.target), result.samples,
                        printable(measured.data),
                        measured.threads == 1 ? "1 thread" : fmt::format("{} threads", measured.threads),
                        measured.cpu, measured.isa);
    for (const protocol::Departure& departure : result.departures) {
        text += noteText(departureLine(departure));
    }
    for (const std::string& note : result.notes) {
        text += noteText(note);
    }
    return text + verdictWord(result) + printable(result.verdict) + '\n';
}

}  // namespace qs::cli
