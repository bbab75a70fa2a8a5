#include "workbench/variant.h"

#include <set>

#include "analysis/layer_error.h"
#include "core/presentable.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "workbench/latency.h"
#include "workbench/messages.h"
#include "workbench/recipe_check.h"
#include "workbench/thread_count.h"
#include "workbench/weights_file.h"

namespace qs {

namespace {

constexpr int64_t kErrorBatch = 16;   ///< bounds the memory for one batch of every layer's FP32 output
constexpr size_t kMostBaselines = 4;  ///< of at most ReferenceOutputs::kLimitBytes each

}  // namespace

ReferenceOutputs& Baselines::of(const std::string& key) {
    if (all_.size() >= kMostBaselines && !all_.contains(key)) {
        all_.clear();
    }
    return all_[key];
}

namespace {

Result<BuiltVariant> build(Models& models, protocol::MeasureParams params, Job& job) {
    const protocol::Recipe& recipe = params.recipe;
    QS_TRY(checkRecipe(recipe));
    BuiltVariant built;
    QS_ASSIGN(built.rules, readRules(recipe.rules));
    useThreads(recipe.threads);
    params.data = params.data ? params.data : params.calib_data;
    std::shared_ptr<Dataset> data;
    if (params.data) {
        QS_ASSIGN(data, models.openData(*params.data));
    }
    QS_ASSIGN(built.opened, models.open(params.model, data.get(), params.inputs, job));
    QS_TRY(checkRules(recipe.rules, built.opened->graph));
    QS_TRY(checkCalibration(recipe.calibration, built.opened->graph));
    QS_ASSIGN(built.data, chooseData(models, *built.opened, params));
    if (built.data.real) {
        // Before the work: a metric that does not fit.
        QS_TRY(metricsFor(*built.opened, *built.data.evaluation, recipe.metric, true));
    }
    built.graph = built.opened->graph;
    if (!recipe.trained_weights.empty()) {
        QS_TRY(loadWeights(built.graph, recipe.trained_weights));
    }
    QS_ASSIGN(built.prepared, prepare(built.graph, built.rules));
    if (recipe.calibration.empty()) {
        QS_ASSIGN(built.calibration, calibrate(built.prepared, *built.data.calibration, 0,
                                               batchOf(*built.opened, recipe.batch), job));
    } else {
        QS_ASSIGN(built.calibration, readCalibration(recipe.calibration));
    }
    QS_ASSIGN(built.converted, convert(built.prepared, built.calibration));
    return built;
}

}  // namespace

Result<BuiltVariant> buildVariant(Models& models, protocol::MeasureParams params, Job& job) {
    auto built = build(models, std::move(params), job);
    // What a recipe says is quoted where it is refused.
    return built ? std::move(built) : presentable(built.error());
}

Result<std::vector<ChosenMetric>> metricsFor(const OpenedModel& opened, const Dataset& data,
                                             const std::string& metric, bool withReference) {
    const Graph& graph = opened.graph;
    MetricRequest request;
    request.outputs = opened.info.outputs;
    request.batch = graph.value(graph.inputs().at(0)).shape.at(0);
    if (data.labelled()) {
        request.label = data.labelShape();
    }
    request.classes = data.classes().empty() ? opened.info.classes : data.classes();
    request.metric = metric;
    request.withReference = withReference;
    return chooseMetrics(request);
}

void writeMetrics(const EvaluatedModel& evaluated, protocol::ModelResult& result) {
    result.metrics = evaluated.metrics;
    result.classes = evaluated.classes;
    for (const auto& value : evaluated.metrics) {
        if (value.metric == "top1") {
            result.top1 = value.value;
        }
    }
}

void noteNotFinite(const std::string& model, const EvaluatedModel& evaluated, int64_t samples,
                   std::vector<std::string>& notes) {
    if (evaluated.notFinite > 0) {
        notes.push_back(model + " gives outputs that are not finite (NaN or infinity) for " +
                        std::to_string(evaluated.notFinite) + " of " + std::to_string(samples) +
                        " samples: what is not a number counts as wrong");
    }
}

namespace {

/// What the layer computes in. Only weighted layers can tell bfloat16 from float32.
std::string precisionOf(const PreparedModel& model, size_t group) {
    if (model.integer[group]) {
        return "int8";
    }
    const OpDef* def = ops().find(model.graph.node(model.groups[group].primary).op);
    const bool weighted = def && def->quant == QuantKind::Weighted;
    return weighted && model.qconfigs[group].qconfig.mode == Mode::BFloat16 ? "bf16" : "fp32";
}

std::vector<protocol::LayerResult> listLayers(const BuiltVariant& built) {
    std::vector<protocol::LayerResult> rows;
    const auto& infos = built.opened->info.layers;
    for (size_t i = 0; i < infos.size(); ++i) {
        protocol::LayerResult row;
        row.name = infos[i].name;
        row.op = infos[i].op;
        row.fused = infos[i].fused;
        row.output_shape = infos[i].output_shape;
        row.parameters = infos[i].parameters;
        row.macs = infos[i].macs;
        row.precision = precisionOf(built.prepared, i);
        row.qconfig = built.prepared.qconfigs[i].qconfig.name;
        row.rule = built.prepared.qconfigs[i].rule;
        rows.push_back(std::move(row));
    }
    return rows;
}

/// What layers with values that are not finite mean for the figures; the FP32 network's own come first.
void noteLayersNotFinite(const std::vector<protocol::LayerResult>& layers,
                         const std::map<std::string, ErrorMetrics>& errors, std::vector<std::string>& notes) {
    const auto note = [&](auto count, const std::string& network) {
        const protocol::LayerResult* first = nullptr;
        int64_t bad = 0;
        for (const auto& layer : layers) {
            const auto found = errors.find(layer.name);
            if (found != errors.end() && (found->second.*count)() > 0) {
                first = first ? first : &layer;
                ++bad;
            }
        }
        if (first) {
            notes.push_back(network + " gives values that are not finite (NaN or infinity) in " +
                            std::to_string(bad) + (bad == 1 ? " layer" : " layers") + ", first in " +
                            first->name + ": such layers have no SQNR, cosine and MSE");
        }
    };
    note(&ErrorMetrics::referenceNotFinite, "the FP32 network itself");
    note(&ErrorMetrics::actualNotFinite, "the quantized network");
}

/// Samples that were left out anywhere, each once.
std::vector<std::string> skippedSamples(const VariantData& data) {
    std::vector<std::string> all;
    std::set<std::string> known;
    for (const auto& part : {data.evaluation, data.calibration, data.errors}) {
        for (const std::string& text : part->skipped()) {
            if (known.insert(text).second) {
                all.push_back(text);
            }
        }
    }
    return all;
}

Status measureAccuracy(Baselines& baselines, const BuiltVariant& built, Executor& fp32, Executor& int8,
                       const protocol::Recipe& recipe, protocol::VariantResult& result, Job& job) {
    EvaluationOptions options;
    QS_ASSIGN(options.metrics, metricsFor(*built.opened, *built.data.evaluation, recipe.metric, true));
    options.batch = batchOf(*built.opened, recipe.batch);
    options.fixedBatch = built.opened->graph.fixedBatch();
    ReferenceOutputs& reference =
        baselines.of(built.opened->key + '\n' + built.data.key + '\n' + std::to_string(options.batch));
    QS_ASSIGN(const Evaluation evaluation,
              evaluateModels(*built.data.evaluation, fp32, &int8, reference, options, "Evaluating", job));
    result.measured.samples = evaluation.samples;
    noteNotFinite("the FP32 model", evaluation.fp32, evaluation.samples, result.notes);
    noteNotFinite("the quantized model", evaluation.variant, evaluation.samples, result.notes);
    writeMetrics(evaluation.fp32, result.fp32);
    writeMetrics(evaluation.variant, result.variant);
    result.drop = evaluation.drop;
    if (result.drop && result.drop->unit == "%") {
        result.accuracy_drop = result.drop->value;
    }
    for (const auto& value : result.variant.metrics) {
        if (value.metric == "agreement") {
            result.agreement = value.value;
        }
    }
    return {};
}

Status measureErrors(const BuiltVariant& built, Executor& int8, protocol::VariantResult& result, Job& job) {
    QS_ASSIGN(QuantizedGraph reference, convertFloat(built.graph));
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(std::move(reference)));
    QS_ASSIGN(const auto errors,
              layerErrors(*executor, int8, *built.data.errors, 0, batchOf(*built.opened, kErrorBatch), job));
    for (auto& layer : result.layers) {
        if (const auto it = errors.find(layer.name); it != errors.end()) {
            layer.sqnr_db = it->second.sqnrDb();
            layer.cosine = it->second.cosine();
            layer.mse = it->second.mse();
        }
    }
    noteLayersNotFinite(result.layers, errors, result.notes);
    result.measured.error_samples = built.data.errors->size();
    return {};
}

}  // namespace

Result<protocol::VariantResult> measureVariant(Models& models, Baselines& baselines,
                                               const protocol::MeasureParams& params, Job& job) {
    QS_ASSIGN(BuiltVariant built, buildVariant(models, params, job));
    protocol::VariantResult result;
    result.recipe = params.recipe;
    result.recipe.calibration = writeCalibration(built.calibration);
    result.layers = listLayers(built);
    QS_ASSIGN(QuantizedGraph floatGraph, convertFloat(built.opened->graph));
    result.fp32.model_bytes = floatGraph.parameterBytes();
    result.variant.model_bytes = built.converted.parameterBytes();
    QS_ASSIGN(const auto fp32, makeOneDnnExecutor(std::move(floatGraph)));
    QS_ASSIGN(const auto int8, makeExecutor(params.recipe.backend, built.converted));
    QS_TRY(measureErrors(built, *int8, result, job));
    if (built.data.real) {
        QS_TRY(measureAccuracy(baselines, built, *fp32, *int8, params.recipe, result, job));
    }
    if (params.recipe.latency_runs > 0) {
        QS_ASSIGN(const std::vector<at::Tensor> input, firstSample(*built.data.errors));
        QS_TRY(
            compareLatency({*fp32, *int8, built.prepared, built.rules}, input, params.recipe, result, job));
    }
    const auto& source = params.data ? params.data : params.calib_data;
    result.measured.data = source ? source->source : "random input";
    result.measured.calib_data = built.data.calibrationSource;
    result.measured.calib_samples = built.data.calibration->size();
    result.measured.batch = batchOf(*built.opened, params.recipe.batch);
    result.measured.cpu = cpuInfo().model;
    result.measured.isa = cpuInfo().isa;
    result.measured.threads = useThreads(params.recipe.threads);
    result.measured.seed = params.recipe.qat ? params.recipe.qat->seed : params.recipe.seed;
    result.skipped = skippedSamples(built.data);
    for (const std::string& note : {cpuNotes(), threadNote(params.recipe.threads)}) {
        if (!note.empty()) {
            result.notes.push_back(note);
        }
    }
    result.notes.insert(result.notes.end(), built.data.notes.begin(), built.data.notes.end());
    return result;
}

}  // namespace qs
