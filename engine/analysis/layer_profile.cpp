#include "analysis/layer_profile.h"

#include <map>

namespace qs {

namespace {

struct LayerTime {
    double ms = 0;
    double spreadMs = 0;
    int64_t bytes = 0;
    std::string implementation;
    std::vector<std::string> refusals;
};

/// By layer name; boundaries have rows of their own, and reorders too unless `withReorders`.
std::map<std::string, LayerTime> timesByLayer(const ProfiledNetwork& network, bool withReorders) {
    std::map<std::string, LayerTime> times;
    for (const NodeTime& time : network.profile.nodes) {
        const QNode& node = network.graph.nodes[time.node];
        const bool isStep = time.kind == NodeTime::Kind::Step;
        if (node.isBoundary() || (!isStep && !withReorders)) {
            continue;
        }
        LayerTime& layer = times[node.layer];
        layer.ms += time.ms;
        layer.spreadMs += time.p90Ms - time.p10Ms;
        if (isStep) {
            layer.bytes = time.bytes;
            layer.implementation = time.implementation;
            layer.refusals = time.refusals;
        }
    }
    return times;
}

std::vector<protocol::BoundaryResult> boundaries(const ProfiledNetwork& network) {
    std::vector<protocol::BoundaryResult> rows;
    for (const NodeTime& time : network.profile.nodes) {
        const QNode& node = network.graph.nodes[time.node];
        const bool isReorder = time.kind == NodeTime::Kind::Reorder;
        if (isReorder || node.isBoundary()) {
            const std::string op = isReorder ? "reorder" : node.op;
            rows.push_back({op + " " + node.layer, op, time.ms, time.bytes});
        }
    }
    return rows;
}

/// Products of bfloat16 numbers are emulated with those of floats where the processor has none.
double peakOf(const std::string& precision, const MachinePeaks& peaks) {
    if (precision == "int8") {
        return peaks.int8GmacsPerSecond;
    }
    return precision == "bf16" && peaks.bf16GmacsPerSecond > 0 ? peaks.bf16GmacsPerSecond
                                                               : peaks.fp32GmacsPerSecond;
}

/// `ms` at `macs` multiply-accumulates and `bytes` on the roofline under `peak` GMAC/s.
void setRoofline(protocol::LayerResult& layer, double ms, double macs, const MachinePeaks& peaks) {
    const double peak = peakOf(layer.precision, peaks);
    if (macs > 0 && peak > 0) {
        layer.gmacs_per_s = macs / ms * 1e-6;
        layer.peak_percent = 100 * *layer.gmacs_per_s / peak;
    }
    if (layer.bytes && *layer.bytes > 0 && peaks.cacheGbPerSecond > 0 && peak > 0) {
        // One network after the other leaves most of a layer's data in the second-level cache's reach; what
        // is larger than it comes from further away.
        const double computeMs = macs / peak * 1e-6;
        const double bandwidth = static_cast<double>(*layer.bytes) > static_cast<double>(peaks.cacheBytes)
                                     ? peaks.memoryGbPerSecond
                                     : peaks.cacheGbPerSecond;
        const double memoryMs = static_cast<double>(*layer.bytes) / bandwidth * 1e-6;
        layer.bound = computeMs >= memoryMs ? "compute" : "memory";
    }
}

protocol::ProfileSummary summaryOf(const ProfiledNetwork& network,
                                   const std::vector<protocol::BoundaryResult>& rows) {
    const Profile& profile = network.profile;
    protocol::ProfileSummary summary;
    double all = 0;
    for (const NodeTime& time : profile.nodes) {
        all += time.ms;
    }
    for (const auto& row : rows) {
        summary.boundaries_ms += row.variant_ms;
        (row.op == "quantize"     ? summary.quantizes
         : row.op == "dequantize" ? summary.dequantizes
         : row.op == "requantize" ? summary.requantizes
                                  : summary.reorders) += 1;
    }
    summary.layers_ms = all - summary.boundaries_ms;
    summary.other_ms = profile.otherMs;
    summary.total_ms = profile.total.medianMs;
    summary.overhead_ms = profile.overheadMs;
    summary.arena_bytes = profile.plan.arenaBytes;
    summary.live_bytes = profile.plan.liveBytes;
    summary.prepare_ms = profile.plan.prepareMs;
    return summary;
}

}  // namespace

void writeLayerProfile(const ProfiledNetwork& fp32, const ProfiledNetwork& variant, const MachinePeaks& peaks,
                       int64_t batch, protocol::VariantResult& result) {
    const auto floatTimes = timesByLayer(fp32, true), times = timesByLayer(variant, false);
    for (protocol::LayerResult& layer : result.layers) {
        if (const auto found = floatTimes.find(layer.name); found != floatTimes.end()) {
            layer.fp32_ms = found->second.ms;
            layer.fp32_spread_ms = found->second.spreadMs;
            layer.fp32_implementation = found->second.implementation;
        }
        if (const auto found = times.find(layer.name); found != times.end()) {
            const LayerTime& time = found->second;
            layer.variant_ms = time.ms;
            layer.variant_spread_ms = time.spreadMs;
            layer.implementation = time.implementation;
            layer.refusals = time.refusals;
            layer.bytes = time.bytes;
            if (time.ms > 0) {
                setRoofline(layer, time.ms, static_cast<double>(layer.macs * batch), peaks);
            }
        }
    }
    result.boundaries = boundaries(variant);
    result.profile = summaryOf(variant, result.boundaries);
    result.peaks = protocol::MachinePeaks{peaks.int8GmacsPerSecond,
                                          peaks.fp32GmacsPerSecond,
                                          peaks.memoryGbPerSecond,
                                          peaks.cacheGbPerSecond,
                                          peaks.threads,
                                          peaks.bf16GmacsPerSecond};
}

}  // namespace qs
