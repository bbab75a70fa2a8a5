#include "support/sample_profile.h"

#include <algorithm>

namespace qs::samples {

using protocol::BoundaryResult;
using protocol::Finding;
using protocol::LayerResult;
using protocol::MachinePeaks;
using protocol::VariantResult;

namespace {

constexpr double kBoundaryMs = 0.003;
constexpr const char* kReordered = "layer4.1.conv2";
const MachinePeaks kPeaks = {233, 58.4, 12.5, 96, 1};

int64_t elements(const LayerResult& layer) {
    int64_t count = 1;
    for (const int64_t extent : layer.output_shape) {
        count *= extent;
    }
    return count;
}

void addFigures(LayerResult& layer) {
    const bool integer = layer.precision == "int8";
    const int64_t width = integer ? 1 : 4;
    // The input is about as large as the output.
    layer.bytes = width * (2 * elements(layer) + layer.parameters);
    layer.fp32_implementation = layer.macs > 0 ? "onednn brgconv:avx512_core" : "aten";
    layer.fp32_spread_ms = 0.06 * *layer.fp32_ms;
    layer.variant_spread_ms = 0.08 * *layer.variant_ms;
    if (integer && layer.macs > 0) {
        layer.refusals = {"onednn brgconv_amx: the CPU has no AMX"};
        if (layer.name == "layer4.0.downsample.0") {
            layer.refusals.emplace_back("onednn brgconv_1x1: a stride of 2");
        }
    }
    if (layer.macs > 0) {
        const double peak = integer ? kPeaks.int8_gmacs_per_s : kPeaks.fp32_gmacs_per_s;
        const double intensity = double(layer.macs) / double(*layer.bytes);
        layer.gmacs_per_s = double(layer.macs) / *layer.variant_ms / 1e6;
        layer.peak_percent = 100 * *layer.gmacs_per_s / peak;
        layer.bound = intensity * kPeaks.memory_gb_per_s < peak ? "memory" : "compute";
    }
    if (integer) {
        // The last layer spares a boundary, the others add two.
        layer.restore_ms =
            *layer.fp32_ms - *layer.variant_ms + (layer.name == "fc" ? -2 * kBoundaryMs : 2 * kBoundaryMs);
    }
}

std::vector<Finding> findings(const VariantResult& result) {
    std::vector<Finding> found;
    const auto layer = [&](const char* name) {
        return std::find_if(result.layers.begin(), result.layers.end(),
                            [&](const LayerResult& l) { return l.name == name; });
    };
    const double reorder = 2 * kBoundaryMs;
    found.push_back({"reorder",
                     kReordered,
                     "%1 reads its input in another layout than %2 writes: %3 ms go to a reorder.",
                     "Keep both on the same backend and in the same precision.",
                     {kReordered, "layer4.1.conv1", "0.006"},
                     reorder});
    if (const auto worst = layer("layer4.0.downsample.0"); worst != result.layers.end()) {
        found.push_back(
            {"memory_bound",
             worst->name,
             "%1 moves a byte for every %2 multiply-accumulates: memory limits it, not arithmetic.",
             "Merge it with a neighbour, or give it more channels; INT8 helps it by its smaller tensors "
             "only.",
             {worst->name, "11"},
             0.4 * worst->variant_ms.value()});
    }
    for (const LayerResult& one : result.layers) {
        if (one.qconfig == "fp32" && one.macs > 0) {
            found.push_back({"float_island",
                             one.name,
                             "%1 runs in FP32 between integer layers.",
                             "Quantize it too, if its error allows.",
                             {one.name},
                             *one.variant_ms * 2 / 3});
        }
    }
    found.push_back({"too_small",
                     "",
                     "%1 of %2 layers are too small to share among threads.",
                     "Run larger batches, or several inferences at once.",
                     {"12", std::to_string(result.layers.size())},
                     {}});
    std::stable_sort(found.begin(), found.end(),
                     [](const Finding& a, const Finding& b) { return a.saving_ms > b.saving_ms; });
    return found;
}

}  // namespace

void addBoundaries(VariantResult& result) {
    const auto add = [&](const std::string& op, const LayerResult* layer, double ms, int64_t bytes) {
        result.boundaries.push_back({op + ' ' + (layer ? layer->name : "input"), op, ms, bytes});
    };
    const LayerResult* previous = nullptr;
    std::string precision = "fp32";
    for (const LayerResult& layer : result.layers) {
        if (layer.precision != precision) {
            const int64_t tensor = previous ? elements(*previous) : 784;
            add(layer.precision == "int8" ? "quantize" : "dequantize", previous, kBoundaryMs, 5 * tensor);
            precision = layer.precision;
        }
        if (layer.name == kReordered) {
            add("reorder", &layer, 2 * kBoundaryMs, 2 * elements(layer));
        }
        previous = &layer;
    }
    if (previous && precision == "int8") {
        add("dequantize", previous, kBoundaryMs, 5 * elements(*previous));
    }
}

void addProfile(VariantResult& result) {
    protocol::ProfileSummary summary;
    for (LayerResult& layer : result.layers) {
        addFigures(layer);
        summary.layers_ms += *layer.variant_ms;
    }
    for (const BoundaryResult& boundary : result.boundaries) {
        summary.boundaries_ms += boundary.variant_ms;
        (boundary.op == "quantize"     ? summary.quantizes
         : boundary.op == "dequantize" ? summary.dequantizes
         : boundary.op == "requantize" ? summary.requantizes
                                       : summary.reorders)++;
    }
    summary.other_ms = 0.004;
    summary.total_ms = (summary.layers_ms + summary.boundaries_ms + summary.other_ms) / 1.012;
    summary.overhead_ms = 0.009;
    summary.live_bytes = 25'088;
    summary.arena_bytes = 28'224;
    summary.prepare_ms = 41.5;
    summary.energy_note = "not measurable on this machine";
    result.profile = summary;
    result.peaks = kPeaks;
    result.peaks->threads = std::max(result.recipe.threads, 1);
    result.findings = findings(result);
}

}  // namespace qs::samples
