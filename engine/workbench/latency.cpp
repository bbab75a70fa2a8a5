#include "workbench/latency.h"

#include <chrono>

#include "analysis/layer_profile.h"
#include "analysis/linter/linter.h"
#include "analysis/restore_cost.h"
#include "runtime/boundary_timer.h"
#include "runtime/energy.h"
#include "runtime/machine_peaks.h"

namespace qs {

namespace {

constexpr double kEnergySeconds = 2;  ///< the counters move in steps of milliseconds

void write(const LatencyStats& stats, protocol::ModelResult& result) {
    result.latency_ms = stats.medianMs;
    result.latency_p10_ms = stats.p10Ms;
    result.latency_p90_ms = stats.p90Ms;
}

/// Millijoules of one inference: the difference of the counters over a long run.
Status measureEnergy(Executor& executor, std::span<const at::Tensor> input, const Job& job,
                     protocol::ProfileSummary& summary) {
    EnergyMeter meter;
    summary.energy_note = meter.whyNot();
    if (!summary.energy_note.empty()) {
        return {};
    }
    const auto begin = std::chrono::steady_clock::now();
    int64_t inferences = 0;
    meter.start();
    do {
        QS_TRY(job.checkCancelled());
        QS_TRY(executor.run(input));
        ++inferences;
    } while (std::chrono::steady_clock::now() - begin < std::chrono::duration<double>(kEnergySeconds));
    if (const std::optional<double> joules = meter.joules()) {
        summary.energy_mj = *joules * 1e3 / static_cast<double>(inferences);
    } else {
        summary.energy_note = "not measurable: the processor's energy counters could not be read";
    }
    return {};
}

/// Predicted costs of going back to FP32, by layer. They are made of oneDNN's FP32 times, so that they hold
/// for its variants only.
Status predictRestoring(const RestoreBasis& basis, protocol::VariantResult& result) {
    QS_ASSIGN(const auto costs, predictRestoreCosts(basis));
    for (protocol::LayerResult& layer : result.layers) {
        if (const auto found = costs.find(layer.name); found != costs.end()) {
            layer.restore_ms = found->second;
        }
    }
    return {};
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

Status compareLatency(const LatencySubject& subject, std::span<const at::Tensor> input,
                      const protocol::Recipe& recipe, protocol::VariantResult& result, Job& job) {
    job.begin("Measuring latency", 4);
    QS_TRY(job.step(0));
    QS_ASSIGN(const Profile fp32,
              subject.fp32.profile(input, recipe.latency_warmup, recipe.latency_runs, job));
    QS_TRY(job.step(1));
    QS_ASSIGN(const Profile variant,
              subject.variant.profile(input, recipe.latency_warmup, recipe.latency_runs, job));
    QS_TRY(job.step(2));
    const MachinePeaks peaks = machinePeaks();
    QS_TRY(job.step(3));
    write(fp32.total, result.fp32);
    write(variant.total, result.variant);
    result.speedup = fp32.total.medianMs / variant.total.medianMs;
    result.measured.threads = variant.total.threads;
    result.measured.latency_runs = variant.total.runs;

    const QuantizedGraph &floatGraph = subject.fp32.graph(), &integerGraph = subject.variant.graph();
    const int64_t batch = input.empty() || input[0].dim() == 0 ? 1 : input[0].size(0);
    writeLayerProfile({floatGraph, fp32}, {integerGraph, variant}, peaks, batch, result);
    QS_TRY(measureEnergy(subject.variant, input, job, *result.profile));
    if (recipe.backend.empty() || recipe.backend == kDefaultBackend) {
        BoundaryTimer timer;
        const auto boundaryMs = [&timer](bool quantizes, int64_t count) {
            return quantizes ? timer.quantizeMs(count) : timer.dequantizeMs(count);
        };
        QS_TRY(predictRestoring(
            {subject.model, subject.rules, floatGraph, fp32, integerGraph, variant, batch, boundaryMs},
            result));
    }
    result.findings = lint(makeLintInput(integerGraph, variant, result));
    return job.step(4);
}

}  // namespace qs
