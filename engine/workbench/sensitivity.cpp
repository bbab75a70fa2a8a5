#include "workbench/sensitivity.h"

#include <array>
#include <utility>

#include "analysis/sensitivity.h"
#include "runtime/cpu.h"
#include "workbench/layers.h"
#include "workbench/measure.h"
#include "workbench/thread_count.h"
#include "workbench/variant.h"

namespace qs {

namespace {

constexpr std::array kMeasures{
    std::pair{"noise", SensitivityMeasure::Noise}, std::pair{"kl", SensitivityMeasure::Kl},
    std::pair{"loss", SensitivityMeasure::Loss}, std::pair{"metric", SensitivityMeasure::Metric}};

Result<std::optional<SensitivityMeasure>> measureOf(const std::string& name) {
    if (name.empty()) {
        return std::optional<SensitivityMeasure>();
    }
    std::string known;
    for (const auto& [text, measure] : kMeasures) {
        if (name == text) {
            return std::optional(measure);
        }
        known += std::string(known.empty() ? "" : ", ") + text;
    }
    return usageError("layers cannot be ranked by '" + name + "', only by " + known);
}

std::string nameOf(SensitivityMeasure measure) {
    for (const auto& [text, known] : kMeasures) {
        if (measure == known) {
            return text;
        }
    }
    return {};
}

std::optional<protocol::Effect> write(const std::optional<Effect>& effect, double factor) {
    if (!effect) {
        return std::nullopt;
    }
    return protocol::Effect{factor * effect->value, factor * effect->low, factor * effect->high};
}

protocol::LayerEffects write(const LayerEffects& effects) {
    constexpr double kPercent = 100;
    return {.noise_percent = write(effects.noise, kPercent),
            .kl = write(effects.kl, 1),
            .loss = write(effects.loss, 1),
            .metric = write(effects.metric, kPercent)};
}

void write(const Sensitivity& measured, protocol::SensitivityResult& result) {
    result.ranked = nameOf(measured.ranked);
    result.variant = write(measured.variant);
    result.measured.samples = measured.samples;
    result.layers.clear();
    for (const LayerSensitivity& layer : measured.layers) {
        result.layers.push_back({.layer = layer.layer,
                                 .rank = layer.rank,
                                 .alone = write(layer.alone),
                                 .restored = write(layer.restored)});
    }
}

}  // namespace

Result<protocol::SensitivityResult> measureSensitivities(Caches& caches,
                                                         const protocol::SensitivityParams& params,
                                                         const PartialSensitivity& partial, Job& job) {
    SensitivityOptions options;
    QS_ASSIGN(options.ranked, measureOf(params.ranked));  // before the work
    QS_ASSIGN(const VariantOnData subject, buildVariant(caches, params.variant, job));
    const OpenedModel& opened = *subject.built->opened;
    const protocol::Recipe& recipe = params.variant.recipe;
    Dataset& data = subject.data.real ? *subject.data.evaluation : *subject.data.errors;
    QS_ASSIGN(const std::vector<ChosenMetric> metrics, metricsFor(opened, data, recipe.metric, true));
    protocol::SensitivityResult result;
    if (!metrics.empty()) {
        options.metric = metrics.front();
        result.metric = metrics.front().name;
    }
    options.batch = batchOf(opened, recipe.batch);
    options.fixedBatch = opened.graph.fixedBatch();
    const auto& source = params.variant.data ? params.variant.data : params.variant.calib_data;
    result.measured.data = source ? source->source : "random input";
    result.measured.calib_data = subject.data.calibrationSource;
    result.measured.calib_samples = subject.data.calibration->size();
    result.measured.batch = options.batch;
    result.measured.cpu = cpuInfo().model;
    result.measured.isa = cpuInfo().isa;
    result.measured.threads = useThreads(recipe.threads);
    result.measured.seed = recipe.seed;
    if (partial) {
        options.partial = [&](const Sensitivity& soFar) {
            write(soFar, result);
            partial(result);
        };
    }
    const SensitivitySubject network{
        subject.built->prepared, subject.built->encodings,
        [&](QuantizedGraph graph) { return makeExecutor(recipe.backend, std::move(graph)); }};
    QS_ASSIGN(const Sensitivity measured, measureSensitivity(network, data, options, job));
    write(measured, result);
    result.skipped = data.skipped();
    result.notes = subject.data.notes;
    for (const std::string& note : {cpuNotes(), threadNote(recipe.threads)}) {
        if (!note.empty()) {
            result.notes.push_back(note);
        }
    }
    if (result.layers.empty()) {
        result.notes.emplace_back("no layer is quantized, so that there is nothing to measure");
    }
    return result;
}

}  // namespace qs
