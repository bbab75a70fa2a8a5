#include "cli/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/table.h"
#include "core/printable.h"

namespace qs::cli {

using protocol::ClassReport;
using protocol::ClassResult;
using protocol::MetricValue;

namespace {

constexpr size_t kShownConfusions = 10;

/// "top1" reads "top-1", "class_accuracy" "class accuracy", "sqnr_db" "SQNR" (the unit stands behind it).
std::string readable(const std::string& metric) {
    if (metric == "sqnr_db") {
        return "SQNR";
    }
    if (metric == "mean_iou") {
        return "mean IoU";
    }
    std::string text = metric;
    std::ranges::replace(text, '_', ' ');
    if (text.starts_with("top") && text.size() > 3 && text[3] >= '0' && text[3] <= '9') {
        text.insert(3, "-");
    }
    return text;
}

int digitsOf(const std::string& unit) {
    return unit == "%" ? 2 : unit == "dB" ? 1 : 5;
}

std::string intervalText(std::optional<double> low, std::optional<double> high, int digits) {
    return low && high ? fmt::format(" ({:.{}f} to {:.{}f})", *low, digits, *high, digits) : "";
}

std::string classText(const ClassResult& row) {
    return row.value ? formatNumber(row.value, 2) + intervalText(row.low, row.high, 2) : "-";
}

std::string nameOf(const ClassResult& row) {
    return row.name.empty() ? std::to_string(row.index) : printable(row.name);
}

std::string confusionsText(const ClassReport& report) {
    if (!report.confusions_counted) {
        return fmt::format("confusions are counted for up to 1000 classes, not for {}\n",
                           report.classes.size());
    }
    std::string text;
    for (const auto& cell : report.confusions) {
        if (static_cast<size_t>(&cell - report.confusions.data()) == kShownConfusions) {
            break;
        }
        const ClassResult& label = report.classes.at(static_cast<size_t>(cell.label));
        text += fmt::format("  {} taken for {}: {} of {}\n", nameOf(label),
                            nameOf(report.classes.at(static_cast<size_t>(cell.predicted))), cell.count,
                            label.samples);
    }
    return text.empty() ? "no confusions\n" : "most frequent confusions\n" + text;
}

}  // namespace

std::string metricTitle(const MetricValue& value, const std::vector<MetricValue>& all) {
    std::string title = readable(value.metric);
    if (!value.unit.empty()) {
        title += " (" + value.unit + ")";
    }
    const auto outputs = std::ranges::count(all, value.metric, &MetricValue::metric);
    return outputs > 1 ? title + " of " + printable(value.output) : title;
}

std::string metricText(const MetricValue& value) {
    const int digits = digitsOf(value.unit);
    return formatNumber(value.value, digits) + intervalText(value.low, value.high, digits);
}

std::string dropText(const protocol::MetricDrop& drop) {
    const int digits = digitsOf(drop.unit);
    std::string text = fmt::format("drop {:.{}f}", drop.value, digits);
    if (!drop.unit.empty()) {
        text += drop.unit == "%" ? " points" : ' ' + drop.unit;
    }
    text += intervalText(drop.low, drop.high, digits);
    if (drop.distinguishable) {
        text += *drop.distinguishable ? ": distinguishable from 0" : ": not distinguishable from 0";
    }
    return text + fmt::format(" on {} samples", drop.samples);
}

std::string metricsText(const std::vector<MetricValue>& metrics) {
    std::string text;
    for (const auto& value : metrics) {
        text += fmt::format("{} {}\n", metricTitle(value, metrics), metricText(value));
    }
    return text;
}

std::string perClassText(const std::optional<ClassReport>& fp32, const std::optional<ClassReport>& int8) {
    if (!fp32 || fp32->classes.empty()) {
        return "";
    }
    const bool both = int8 && int8->classes.size() == fp32->classes.size();
    std::vector<Table::Column> columns = {{"class", Table::Align::Left}, {"samples"}, {"FP32 (%)"}};
    if (both) {
        columns.insert(columns.end(), {{"INT8 (%)"}, {"drop"}});
    }
    Table table(columns);
    for (size_t i = 0; i < fp32->classes.size(); ++i) {
        const ClassResult& row = fp32->classes[i];
        std::vector<std::string> cells = {nameOf(row), std::to_string(row.samples), classText(row)};
        if (both) {
            const ClassResult& other = int8->classes[i];
            cells.push_back(classText(other));
            cells.push_back(row.value && other.value ? fmt::format("{:.2f}", *row.value - *other.value)
                                                     : "-");
        }
        table.add(std::move(cells));
    }
    return table.text() + confusionsText(both ? *int8 : *fp32);
}

}  // namespace qs::cli
