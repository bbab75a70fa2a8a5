#include "cli/report.h"

#include <fmt/format.h>

#include "cli/metrics_text.h"
#include "cli/table.h"
#include "core/match.h"
#include "core/printable.h"
#include "protocol/json.h"

namespace qs::cli {

using protocol::LayerResult;
using protocol::ModelResult;
using protocol::VariantResult;

namespace {

using Align = Table::Align;

std::string latencyText(const ModelResult& model) {
    if (!model.latency_ms) {
        return "-";
    }
    std::string text = formatNumber(model.latency_ms, 3);
    if (model.latency_p10_ms && model.latency_p90_ms) {
        text += fmt::format(" ({:.3f} to {:.3f})", *model.latency_p10_ms, *model.latency_p90_ms);
    }
    return text;
}

/// The same figure of FP32; without a value where it would compare FP32 with itself.
protocol::MetricValue fp32Value(const VariantResult& variant, const protocol::MetricValue& value) {
    for (const auto& other : variant.fp32.metrics) {
        if (other.metric == value.metric && other.output == value.output) {
            return other;
        }
    }
    return {};
}

std::string measuredText(const protocol::Measurement& measured) {
    std::string text;
    if (!measured.data.empty()) {
        const std::string other = measured.calib_data.empty() ? "" : " of " + printable(measured.calib_data);
        text += fmt::format("measured on {} samples of {}, calibrated on {}{}\n", measured.samples,
                            printable(measured.data), measured.calib_samples, other);
    }
    if (measured.latency_runs > 0) {
        text += fmt::format("median latency of {} runs in turns (10 % to 90 %), {}\n", measured.latency_runs,
                            timedOnText(measured));
    }
    return text;
}

std::string speedupText(const VariantResult& variant) {
    if (variant.machine_busy) {
        return "machine busy: no speed-up";
    }
    if (!variant.speedup) {
        return "";
    }
    std::string text = fmt::format("speed-up {:.2f}x", *variant.speedup);
    if (variant.speedup_low && variant.speedup_high) {
        text += fmt::format(" ({:.2f} to {:.2f})", *variant.speedup_low, *variant.speedup_high);
    }
    return text;
}

std::string busyText(const VariantResult& variant) {
    if (!variant.machine_busy) {
        return "";
    }
    std::string text =
        fmt::format("machine busy: FP32 took {} ms, the variant {} ms",
                    formatNumber(variant.fp32.latency_ms, 3), formatNumber(variant.variant.latency_ms, 3));
    if (variant.speedup_low && variant.speedup_high) {
        text += fmt::format(", the ratio in turns is {:.2f} to {:.2f} (95 % interval)", *variant.speedup_low,
                            *variant.speedup_high);
    }
    return text + "; other work moved these times: measure again when it has ended";
}

}  // namespace

std::string timedOnText(const protocol::Measurement& measured) {
    return fmt::format("{}{} on {} ({})",
                       measured.latency_clock.empty() ? "" : measured.latency_clock + " time, ",
                       measured.threads == 1 ? "1 thread" : fmt::format("{} threads", measured.threads),
                       measured.cpu, measured.isa);
}

std::string summaryText(const VariantResult& variant) {
    Table table({{"", Align::Left}, {"FP32"}, {"variant"}, {"", Align::Left}});
    const auto& metrics = variant.variant.metrics;
    for (const auto& value : metrics) {
        const bool headline = &value == metrics.data();
        table.add({metricTitle(value, metrics), metricText(fp32Value(variant, value)), metricText(value),
                   headline && variant.drop ? dropText(*variant.drop) : ""});
    }
    table.add(
        {"latency (ms)", latencyText(variant.fp32), latencyText(variant.variant), speedupText(variant)});
    table.add({"size", formatBytes(variant.fp32.model_bytes), formatBytes(variant.variant.model_bytes),
               variant.variant.model_bytes > 0
                   ? fmt::format("{:.2f} times smaller",
                                 double(variant.fp32.model_bytes) / double(variant.variant.model_bytes))
                   : ""});
    std::string text = table.text();
    if (!metrics.empty() || variant.speedup) {
        text += "in parentheses: 95 % intervals\n";
    }
    text += measuredText(variant.measured);
    if (const std::string busy = busyText(variant); !busy.empty()) {
        text += noteText(busy);
    }
    for (const std::string& note : variant.notes) {
        text += noteText(note);
    }
    return text + skippedText(variant.skipped);
}

std::string classesText(const VariantResult& variant, bool wanted) {
    const std::string text = wanted ? perClassText(variant.fp32.classes, variant.variant.classes) : "";
    return text.empty() ? text : text + '\n';
}

std::string layersText(const VariantResult& variant) {
    Table table({{"layer", Align::Left},
                 {"op", Align::Left},
                 {"output"},
                 {"parameters"},
                 {"MACs"},
                 {"precision", Align::Left},
                 {"of output error (%)"},
                 {"local SQNR (dB)"},
                 {"SQNR (dB)"},
                 {"cosine"},
                 {"MSE"},
                 {"FP32 (ms)"},
                 {"variant (ms)"},
                 {"note", Align::Left}});
    for (const LayerResult& layer : variant.layers) {
        table.add({layer.name, layer.op, formatShape(layer.output_shape), formatCount(layer.parameters),
                   formatCount(layer.macs), layer.precision, formatNumber(layer.output_error_percent, 1),
                   formatNumber(layer.local_sqnr_db, 1), formatNumber(layer.sqnr_db, 1),
                   formatNumber(layer.cosine, 5), formatSmall(layer.mse), formatNumber(layer.fp32_ms, 3),
                   formatNumber(layer.variant_ms, 3), layer.reason});
    }
    return table.text();
}

std::string skippedText(const std::vector<std::string>& skipped) {
    if (skipped.empty()) {
        return "";
    }
    constexpr size_t kShown = 3;
    const std::vector<std::string> shown(skipped.begin(),
                                         skipped.begin() + ptrdiff_t(std::min(kShown, skipped.size())));
    return fmt::format("skipped {} that cannot be decoded: {}{}\n",
                       skipped.size() == 1 ? "1 sample" : fmt::format("{} samples", skipped.size()),
                       printable(join(shown)), skipped.size() > kShown ? ", ..." : "");
}

nlohmann::json exportedJson(const VariantResult& variant, const protocol::ExportResult& written) {
    nlohmann::json json = variant;
    json["output"] = written.path;
    json["output_bytes"] = written.bytes;
    json["output_files"] = written.files;
    json["output_notes"] = written.notes;
    json["commands"] = written.commands;
    json["target"] = written.target;
    return json;
}

std::string exportedText(const protocol::ExportResult& written) {
    std::string text = fmt::format("wrote {} ({}, {})\n", printable(written.path), written.target,
                                   formatBytes(written.bytes));
    for (const std::string& note : written.notes) {
        text += noteText(note);
    }
    for (const std::string& command : written.commands) {
        text += "next: " + printable(command) + '\n';
    }
    return text;
}

}  // namespace qs::cli
