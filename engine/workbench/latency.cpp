#include "workbench/latency.h"

#include <map>

namespace qs {

namespace {

struct LayerTime {
    double ms = 0;
    std::string implementation;
};

std::map<std::string, LayerTime> timesByLayer(const QuantizedGraph& graph, const Profile& profile) {
    std::map<std::string, LayerTime> times;
    for (const auto& time : profile.nodes) {
        const QNode& node = graph.nodes[time.node];
        if (!node.isBoundary()) {
            times[node.layer].ms += time.ms;
            times[node.layer].implementation = time.implementation;
        }
    }
    return times;
}

std::vector<protocol::BoundaryResult> boundaries(const QuantizedGraph& graph, const Profile& profile) {
    std::vector<protocol::BoundaryResult> rows;
    for (const auto& time : profile.nodes) {
        const QNode& node = graph.nodes[time.node];
        if (node.isBoundary()) {
            rows.push_back({node.op + " " + node.layer, node.op, time.ms});
        }
    }
    return rows;
}

void write(const LatencyStats& stats, protocol::ModelResult& result) {
    result.latency_ms = stats.medianMs;
    result.latency_p10_ms = stats.p10Ms;
    result.latency_p90_ms = stats.p90Ms;
}

}  // namespace

Result<std::vector<at::Tensor>> firstSample(Dataset& data) {
    for (int64_t i = 0; i < data.size(); ++i) {
        QS_ASSIGN(const Batch batch, data.read(i, i + 1));
        if (batch.size() > 0) {
            return batch.inputs;
        }
    }
    return failure("no sample of the data could be read");
}

Status measureLatency(Executor& executor, std::span<const at::Tensor> input, int warmup, int runs,
                      protocol::ModelResult& result, const Job& job) {
    QS_ASSIGN(const Profile profile, executor.profile(input, warmup, runs, job));
    write(profile.total, result);
    return {};
}

Status compareLatency(Executor& fp32, Executor& int8, std::span<const at::Tensor> input,
                      const protocol::Recipe& recipe, protocol::VariantResult& result, Job& job) {
    job.begin("Measuring latency", 2);
    QS_TRY(job.step(0));
    QS_ASSIGN(const Profile floatProfile,
              fp32.profile(input, recipe.latency_warmup, recipe.latency_runs, job));
    QS_TRY(job.step(1));
    QS_ASSIGN(const Profile integerProfile,
              int8.profile(input, recipe.latency_warmup, recipe.latency_runs, job));
    QS_TRY(job.step(2));
    write(floatProfile.total, result.fp32);
    write(integerProfile.total, result.int8);
    result.speedup = floatProfile.total.medianMs / integerProfile.total.medianMs;
    const auto floatTimes = timesByLayer(fp32.graph(), floatProfile);
    const auto integerTimes = timesByLayer(int8.graph(), integerProfile);
    for (auto& layer : result.layers) {
        layer.fp32_ms = floatTimes.at(layer.name).ms;
        layer.int8_ms = integerTimes.at(layer.name).ms;
        layer.implementation = integerTimes.at(layer.name).implementation;
    }
    result.boundaries = boundaries(int8.graph(), integerProfile);
    result.measured.threads = integerProfile.total.threads;
    result.measured.latency_runs = integerProfile.total.runs;
    return {};
}

}  // namespace qs
