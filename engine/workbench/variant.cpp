#include "workbench/variant.h"

#include <algorithm>

#include "analysis/layer_error.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "workbench/latency.h"
#include "workbench/messages.h"
#include "workbench/random_data.h"
#include "workbench/weights_file.h"

namespace qs {

namespace {

constexpr int64_t kErrorSamples = 64;  ///< layer errors settle to about 0.1 dB on this many images
constexpr int64_t kErrorBatch = 16;    ///< bounds the memory for one batch of every layer's FP32 output
constexpr int64_t kRandomSamples = 16;
constexpr uint64_t kRandomSeed = 1;

std::vector<int64_t> behindBatch(const std::vector<int64_t>& shape) {
    return {shape.begin() + 1, shape.end()};
}

Status checkRecipe(const protocol::Recipe& recipe) {
    if (recipe.batch < 1 || recipe.calib_samples < 0 || recipe.eval_samples < 0 || recipe.threads < 0 ||
        recipe.latency_runs < 0 || recipe.latency_warmup < 0) {
        return usageError(
            "sample counts, threads and runs cannot be negative, and a batch has at least one sample");
    }
    return {};
}

}  // namespace

Result<BuiltVariant> buildVariant(Models& models, const std::string& path,
                                  const std::optional<protocol::DataSpec>& spec,
                                  const std::vector<protocol::TensorInfo>& inputs,
                                  const protocol::Recipe& recipe, Job& job) {
    QS_TRY(checkRecipe(recipe));
    QS_ASSIGN(const RuleSet rules, readRules(recipe.rules));
    setThreads(recipe.threads);
    BuiltVariant built;
    if (spec) {
        QS_ASSIGN(built.data, models.openData(*spec));
    }
    QS_ASSIGN(built.opened, models.open(path, built.data.get(), inputs));
    if (!built.data) {
        built.realData = false;
        built.data = makeRandomData(behindBatch(built.opened->info.input_shape), kRandomSamples, kRandomSeed);
    }
    built.graph = built.opened->graph;
    if (!recipe.trained_weights.empty()) {
        QS_TRY(loadWeights(built.graph, recipe.trained_weights));
    }
    QS_ASSIGN(built.prepared, prepare(built.graph, rules));
    if (recipe.calibration.empty()) {
        QS_ASSIGN(built.calibration,
                  calibrate(built.prepared, *built.data, recipe.calib_samples, recipe.batch, job));
    } else {
        QS_ASSIGN(built.calibration, readCalibration(recipe.calibration));
    }
    QS_ASSIGN(built.converted, convert(built.prepared, built.calibration));
    return built;
}

namespace {

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
        row.precision = built.prepared.integer[i] ? "int8" : "fp32";
        row.qconfig = built.prepared.qconfigs[i].qconfig.name;
        row.rule = built.prepared.qconfigs[i].rule;
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<Predictions> baseline(Baselines& baselines, const BuiltVariant& built, Executor& fp32,
                             const protocol::MeasureParams& params, Job& job) {
    const std::string key = built.opened->key + '\n' + Models::keyOf(*params.data) + '\n' +
                            std::to_string(params.recipe.eval_samples);
    if (const auto it = baselines.find(key); it != baselines.end()) {
        return it->second;
    }
    QS_ASSIGN(Predictions predictions, predict(fp32, *built.data, params.recipe.eval_samples,
                                               params.recipe.batch, "Evaluating FP32", job));
    return baselines[key] = std::move(predictions);
}

Status measureAccuracy(Baselines& baselines, const BuiltVariant& built, Executor& fp32, Executor& int8,
                       const protocol::MeasureParams& params, protocol::VariantResult& result, Job& job) {
    QS_ASSIGN(const Predictions expected, baseline(baselines, built, fp32, params, job));
    QS_ASSIGN(const Predictions actual, predict(int8, *built.data, params.recipe.eval_samples,
                                                params.recipe.batch, "Evaluating the variant", job));
    result.measured.samples = static_cast<int64_t>(actual.classes.size());
    result.agreement = agreement(expected, actual);
    result.fp32.top1 = expected.top1();
    result.int8.top1 = actual.top1();
    if (result.fp32.top1 && result.int8.top1) {
        result.accuracy_drop = *result.fp32.top1 - *result.int8.top1;
    }
    return {};
}

Status measureErrors(const BuiltVariant& built, Executor& int8, protocol::VariantResult& result, Job& job) {
    QS_ASSIGN(QuantizedGraph reference, convertFloat(built.graph));
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(std::move(reference)));
    const int64_t samples = std::min(kErrorSamples, built.data->size());
    QS_ASSIGN(const auto errors, layerErrors(*executor, int8, *built.data, samples, kErrorBatch, job));
    for (auto& layer : result.layers) {
        if (const auto it = errors.find(layer.name); it != errors.end()) {
            layer.sqnr_db = it->second.sqnrDb();
            layer.cosine = it->second.cosine();
            layer.mse = it->second.mse();
        }
    }
    result.measured.error_samples = samples;
    return {};
}

}  // namespace

Result<protocol::VariantResult> measureVariant(Models& models, Baselines& baselines,
                                               const protocol::MeasureParams& params, Job& job) {
    QS_ASSIGN(BuiltVariant built,
              buildVariant(models, params.model, params.data, params.inputs, params.recipe, job));
    protocol::VariantResult result;
    result.recipe = params.recipe;
    result.recipe.calibration = writeCalibration(built.calibration);
    result.layers = listLayers(built);
    QS_ASSIGN(QuantizedGraph floatGraph, convertFloat(built.opened->graph));
    result.fp32.model_bytes = floatGraph.parameterBytes();
    result.int8.model_bytes = built.converted.parameterBytes();
    QS_ASSIGN(const auto fp32, makeOneDnnExecutor(std::move(floatGraph)));
    QS_ASSIGN(const auto int8, makeOneDnnExecutor(built.converted));
    QS_TRY(measureErrors(built, *int8, result, job));
    if (built.realData) {
        QS_TRY(measureAccuracy(baselines, built, *fp32, *int8, params, result, job));
    }
    if (params.recipe.latency_runs > 0) {
        QS_ASSIGN(const std::vector<at::Tensor> input, firstSample(*built.data));
        QS_TRY(compareLatency(*fp32, *int8, input, params.recipe, result, job));
    }
    result.measured.data = built.realData ? params.data->source : "random input";
    result.measured.calib_samples = params.recipe.calib_samples > 0
                                        ? std::min(params.recipe.calib_samples, built.data->size())
                                        : built.data->size();
    result.measured.cpu = cpuInfo().model;
    result.measured.isa = cpuInfo().isa;
    result.measured.threads = setThreads(params.recipe.threads);
    result.measured.seed = params.recipe.qat ? params.recipe.qat->seed : 0;
    result.skipped = built.data->skipped();
    if (const std::string notes = cpuNotes(); !notes.empty()) {
        result.notes.push_back(notes);
    }
    if (const std::string note = built.data->note(); !note.empty()) {
        result.notes.push_back(note);
    }
    return result;
}

}  // namespace qs
