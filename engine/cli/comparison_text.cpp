#include "cli/comparison_text.h"

#include <fmt/format.h>

#include "cli/report.h"
#include "cli/table.h"

namespace qs::cli {

using Align = Table::Align;

namespace {

/// "1.88 x (1.86 to 1.90)".
std::string ratioText(const protocol::ComparisonRow& row) {
    if (!row.ratio) {
        return "-";
    }
    std::string text = fmt::format("{:.2f} x", *row.ratio);
    if (row.ratio_low && row.ratio_high) {
        text += fmt::format(" ({:.2f} to {:.2f})", *row.ratio_low, *row.ratio_high);
    }
    return text;
}

}  // namespace

std::string comparisonText(const protocol::ComparisonResult& comparison) {
    Table table({{"contestant", Align::Left},
                 {"median (ms)"},
                 {"10 %"},
                 {"90 %"},
                 {"ratio"},
                 {"ready (ms)"},
                 {"version", Align::Left},
                 {"", Align::Left}});
    for (const auto& row : comparison.rows) {
        table.add({row.name, formatNumber(row.median_ms, 3), formatNumber(row.p10_ms, 3),
                   formatNumber(row.p90_ms, 3), ratioText(row), formatNumber(row.prepare_ms, 0), row.version,
                   row.note});
    }
    std::string text = table.text();
    const auto& measured = comparison.measured;
    text += fmt::format(
        "{} time, medians of {} rounds in turns, ratios with 95 % intervals, batch {}, {} on {} ({})\n",
        comparison.clock, measured.latency_runs, measured.batch,
        measured.threads == 1 ? "1 thread" : fmt::format("{} threads", measured.threads), measured.cpu,
        measured.isa);
    for (const std::string& note : comparison.notes) {
        text += noteText(note);
    }
    return text;
}

}  // namespace qs::cli
