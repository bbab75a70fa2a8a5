#include "workbench/latency.h"

#include <omp.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "analysis/layer_profile.h"
#include "analysis/linter/linter.h"
#include "analysis/restore_cost.h"
#include "runtime/energy.h"
#include "runtime/machine_peaks.h"
#include "runtime/turns.h"

namespace qs {

namespace {

constexpr const char* kSimulation = "reference";  ///< its times say nothing of a machine's kernels
constexpr double kEnergySeconds = 2;              ///< the counters move in steps of milliseconds

void write(const LatencyStats& stats, protocol::ModelResult& result) {
    result.latency_ms = stats.medianMs;
    result.latency_p10_ms = stats.p10Ms;
    result.latency_p90_ms = stats.p90Ms;
}

void write(const TimedTurns& turns, protocol::Measurement& measured) {
    measured.threads = turns.stats.at(0).threads;
    measured.latency_runs = turns.stats[0].runs;
    measured.latency_clock = clockFor(measured.threads);
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

/// For each set of layers that is restored together: as many as fit, three inferences of two networks each.
int restoreTurns(double latencyMs) {
    constexpr double kSetMs = 2000;
    constexpr int kMost = 100;
    return std::clamp(static_cast<int>(kSetMs / (6 * std::max(latencyMs, 0.01))), RestoreSettings().turns,
                      kMost);
}

/// Costs of going back to FP32, by layer.
Status measureRestoring(const LatencySubject& subject, std::span<const at::Tensor> input,
                        const std::string& backend, protocol::VariantResult& result, Job& job) {
    const auto make = [&](QuantizedGraph graph) { return makeExecutor(backend, std::move(graph)); };
    QS_ASSIGN(const auto costs,
              measureRestoreCosts(
                  {subject.model, subject.encodings, subject.variant.graph(), make}, input,
                  {restoreTurns(result.variant.latency_ms.value_or(0)), result.measured.threads}, job));
    for (protocol::LayerResult& layer : result.layers) {
        if (const auto found = costs.find(layer.name); found != costs.end()) {
            layer.restore_ms = found->second.ms;
            layer.restore_uncertainty_ms = found->second.uncertaintyMs;
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
                      protocol::ModelResult& result, protocol::Measurement& measured,
                      std::vector<std::string>& notes, const Job& job) {
    QS_ASSIGN(const auto profiler, executor.profiler(input));
    Profiler* const network = profiler.get();
    QS_ASSIGN(const TimedTurns turns, timeInTurns({&network, 1}, {warmup, runs, omp_get_max_threads()}, job));
    write(turns.stats.at(0), result);
    write(turns, measured);
    if (turns.busy) {
        notes.emplace_back("machine busy: other work moved the latency, measure again when it has ended");
    }
    return {};
}

namespace {

/// Takes out the times of layers that are emulated, and what follows from them.
void dropEmulatedTimes(const PreparedModel& model, protocol::VariantResult& result) {
    size_t emulated = 0;
    for (size_t i = 0; i < model.computes.size() && i < result.layers.size(); ++i) {
        if (!isEmulated(model.computes[i])) {
            continue;
        }
        ++emulated;
        protocol::LayerResult& layer = result.layers[i];
        for (auto* figure : {&layer.variant_ms, &layer.variant_spread_ms, &layer.gmacs_per_s,
                             &layer.peak_percent, &layer.restore_ms, &layer.restore_uncertainty_ms}) {
            figure->reset();
        }
        layer.bound.clear();
    }
    if (emulated == 0) {
        return;
    }
    for (auto* figure : {&result.speedup, &result.speedup_low, &result.speedup_high}) {
        figure->reset();
    }
    result.notes.push_back(
        std::to_string(emulated) + (emulated == 1 ? " layer is" : " layers are") +
        " computed in float32, rounded to the numbers of their qconfigs, because no kernel "
        "here has those: the variant's latency says nothing about them");
}

}  // namespace

Status compareLatency(const LatencySubject& subject, std::span<const at::Tensor> input,
                      const protocol::Recipe& recipe, protocol::VariantResult& result, Job& job) {
    job.begin("Measuring latency", 3);
    QS_TRY(job.step(0));
    QS_ASSIGN(const auto fp32Profiler, subject.fp32.profiler(input));
    QS_ASSIGN(const auto variantProfiler, subject.variant.profiler(input));
    const std::array networks{fp32Profiler.get(), variantProfiler.get()};
    QS_ASSIGN(
        const TimedTurns turns,
        timeInTurns(networks, {recipe.latency_warmup, recipe.latency_runs, omp_get_max_threads()}, job));
    QS_TRY(job.step(1));
    const MachinePeaks peaks = machinePeaks();
    QS_TRY(job.step(2));
    const Profile fp32 = fp32Profiler->profile(turns.stats[0]);
    const Profile variant = variantProfiler->profile(turns.stats[1]);
    write(fp32.total, result.fp32);
    write(variant.total, result.variant);
    write(turns, result.measured);
    result.machine_busy = turns.busy;
    result.speedup_low = turns.ratio.low;
    result.speedup_high = turns.ratio.high;
    result.speedup.reset();
    if (!turns.busy) {
        result.speedup = turns.ratio.median;
    }
    for (protocol::LayerResult& layer : result.layers) {
        layer.restore_ms.reset();
        layer.restore_uncertainty_ms.reset();
    }

    const QuantizedGraph &floatGraph = subject.fp32.graph(), &integerGraph = subject.variant.graph();
    const int64_t batch = input.empty() || input[0].dim() == 0 ? 1 : input[0].size(0);
    writeLayerProfile({floatGraph, fp32}, {integerGraph, variant}, peaks, batch, result);
    QS_TRY(measureEnergy(subject.variant, input, job, *result.profile));
    QS_TRY(job.step(3));
    if (!turns.busy && recipe.backend != kSimulation) {
        QS_TRY(measureRestoring(subject, input, recipe.backend, result, job));
    }
    replaceFindings(makeLintInput(integerGraph, variant, result), LintConcern::Speed, result.findings);
    dropEmulatedTimes(subject.model, result);
    return {};
}

}  // namespace qs
