#include "workbench/workbench.h"

#include <dnnl.h>
#include <torch/version.h>

#include "comparison/contestant.h"
#include "data/loader.h"
#include "data/subset.h"
#include "exporters/exporter.h"
#include "isolation/sandbox.h"
#include "protocol/json.h"
#include "quant/qat.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "verify/file_runtime.h"
#include "workbench/compare.h"
#include "workbench/export.h"
#include "workbench/histogram.h"
#include "workbench/latency.h"
#include "workbench/measure.h"
#include "workbench/messages.h"
#include "workbench/model_data.h"
#include "workbench/models.h"
#include "workbench/preview.h"
#include "workbench/qconfig_choices.h"
#include "workbench/recipe_check.h"
#include "workbench/variant.h"
#include "workbench/verify.h"
#include "workbench/weights_file.h"

namespace qs {

namespace {

/// The data to validate training on: as asked, else the test split of a source that has one, else the
/// training data.
protocol::DataSpec validationOf(const protocol::TrainParams& params) {
    if (params.validation) {
        return *params.validation;
    }
    protocol::DataSpec spec = *params.variant.data;
    if (spec.source == "fashion-mnist:train") {
        spec.source = "fashion-mnist:test";
    }
    return spec;
}

protocol::CurvePoint writePoint(const TrainingPoint& point) {
    return {point.epoch, point.step, point.loss,
            point.validationTop1 < 0 ? std::nullopt : std::optional(point.validationTop1)};
}

/// Every sample of a source, as the model takes it.
Result<std::unique_ptr<Dataset>> wholeData(Models& models, const OpenedModel& opened,
                                           const protocol::DataSpec& spec) {
    QS_ASSIGN(const auto data, models.openData(spec));
    QS_ASSIGN(InputMap inputs, mapInputs(opened.graph, *data));
    return std::unique_ptr<Dataset>(
        std::make_unique<ModelData>(data, firstSamples(*data, 0), std::move(inputs)));
}

/// Which samples a validation and the result were measured on, where those are not the same; else nothing.
std::string samplesNote(const protocol::Measurement& result, const Dataset& validating, int64_t most) {
    const int64_t all = validating.size(), validated = most > 0 ? std::min(most, all) : all;
    if (validated == all && result.samples == all) {
        return "";
    }
    return "the validation after each epoch is of " + std::string(validated < all ? "the first " : "all ") +
           std::to_string(validated) + " samples of " + result.data + ", the result of " +
           std::to_string(result.samples) + " of them: the two differ by their samples, too";
}

Status checkTrainable(const OpenedModel& opened) {
    if (opened.graph.inputs().size() != 1) {
        return failure("only models with one input can be trained: this one has " +
                       std::to_string(opened.graph.inputs().size()));
    }
    if (const int64_t batch = opened.graph.fixedBatch(); batch > 0) {
        return failure("the model runs batches of " + std::to_string(batch) +
                       " only: training needs one that takes any batch size");
    }
    return {};
}

}  // namespace

struct Workbench::State {
    Caches caches;
};

Workbench::Workbench() : state_(std::make_unique<State>()) {}
Workbench::~Workbench() = default;

protocol::EngineInfo Workbench::info() const {
    const CpuInfo cpu = cpuInfo();
    const dnnl_version_t* dnnl = dnnl_version();
    protocol::EngineInfo info;
    info.engine_version = QS_VERSION;
    info.torch_version = TORCH_VERSION;
    info.onednn_version =
        std::to_string(dnnl->major) + '.' + std::to_string(dnnl->minor) + '.' + std::to_string(dnnl->patch);
    info.cpu = cpu.model;
    info.isa = cpu.isa;
    info.cores = cpu.cores;
    info.sandbox = describe(availableWalls());
    if (const std::string notes = cpuNotes(); !notes.empty()) {
        info.notes.push_back(notes);
    }
    describeQConfigs(info);
    for (const auto& [name, format] : datasetFormats().entries()) {
        info.data_formats.push_back({name, format.description});
    }
    info.metrics = describeMetrics();
    for (const auto& [name, backend] : backends().entries()) {
        const bool isDefault = name == kDefaultBackend;
        info.backends.insert(isDefault ? info.backends.begin() : info.backends.end(),
                             {name, backend.description});
    }
    for (const auto& [name, contestant] : contestants().entries()) {
        info.contestants.push_back({name, contestant.description});
    }
    for (const auto& [name, exporter] : exporters().entries()) {
        info.targets.push_back({name, exporter.description, exporter.extension, exporter.isDefault,
                                exporter.runtime, exporter.opset, exporter.newestOpset});
    }
    for (const std::string& name : availableRuntimes()) {
        info.file_runtimes.push_back({name, fileRuntimes().find(name)->description});
    }
    return info;
}

Result<protocol::ModelInfo> Workbench::openModel(const protocol::OpenModelParams& params, const Job& job) {
    std::shared_ptr<Dataset> data;
    if (params.data) {
        QS_ASSIGN(data, state_->caches.models.openData(*params.data));
    }
    QS_ASSIGN(const auto opened, state_->caches.models.open(params.model, data.get(), params.inputs, job));
    protocol::ModelInfo info = opened->info;
    if (params.data && !params.data->labels.empty()) {
        info.classes = data->classes();
    }
    return info;
}

Result<protocol::DataInfo> Workbench::openData(const protocol::DataSpec& spec) {
    QS_ASSIGN(const auto data, state_->caches.models.openData(spec));
    return describe(*data, spec.source);
}

Result<EvaluateResult> Workbench::evaluate(const EvaluateRequest& request, Job& job) {
    if (!request.model.data) {
        return usageError("evaluating needs data");
    }
    protocol::Recipe counts;
    counts.batch = request.batch;
    counts.eval_samples = request.samples;
    QS_TRY(checkRecipe(counts));
    EvaluateResult result;
    protocol::Measurement& measured = result.measured;
    measured.threads = setThreads(0);
    QS_ASSIGN(const auto source, state_->caches.models.openData(*request.model.data));
    QS_ASSIGN(const auto opened,
              state_->caches.models.open(request.model.model, source.get(), request.model.inputs, job));
    QS_ASSIGN(const InputMap inputs, mapInputs(opened->graph, *source));
    const auto indices = chooseSamples(*source, request.samples, request.seed);
    const ModelData data(source, indices, inputs);
    EvaluationOptions options;
    QS_ASSIGN(options.metrics, metricsFor(*opened, data, request.metric, false));
    options.batch = batchOf(*opened, request.batch);
    options.fixedBatch = opened->graph.fixedBatch();
    QS_ASSIGN(QuantizedGraph graph, opened->reference());
    result.fp32.model_bytes = graph.parameterBytes();
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(std::move(graph)));
    ReferenceOutputs nothing(0);
    QS_ASSIGN(const Evaluation evaluation,
              evaluateModels(data, *executor, nullptr, nothing, options, "Evaluating FP32", job));
    writeMetrics(evaluation.fp32, result.fp32);
    noteNotFinite("the FP32 model", evaluation.fp32, evaluation.samples, result.notes);
    ModelData timed(source, indices, inputs, options.fixedBatch);
    QS_ASSIGN(const std::vector<at::Tensor> input, firstSample(timed));
    const protocol::Recipe defaults;
    QS_TRY(measureLatency(*executor, input, defaults.latency_warmup, defaults.latency_runs, result.fp32,
                          measured, result.notes, job));
    measured.data = request.model.data->source;
    measured.samples = evaluation.samples;
    measured.batch = options.batch;
    measured.seed = request.seed;
    measured.cpu = cpuInfo().model;
    measured.isa = cpuInfo().isa;
    result.skipped = data.skipped();
    QS_ASSIGN(const protocol::DataInfo info, openData(*request.model.data));
    if (!info.note.empty()) {
        result.notes.push_back(info.note);
    }
    return result;
}

Result<protocol::VariantResult> Workbench::measure(const protocol::VariantSpec& variant, Job& job,
                                                   const PartialResults& partial) {
    using enum VariantPart;
    return measureVariant(state_->caches, variant, {Errors, Accuracy, Contributions, Latency}, partial, job);
}

Result<protocol::VariantResult> Workbench::measurePart(const protocol::VariantSpec& variant, VariantPart part,
                                                       Job& job) {
    return measureVariant(state_->caches, variant, {part}, {}, job);
}

Result<protocol::SensitivityResult> Workbench::sensitivity(const protocol::SensitivityParams& params,
                                                           Job& job, const PartialSensitivity& partial) {
    return measureSensitivities(state_->caches, params, partial, job);
}

Result<protocol::ComparisonResult> Workbench::compare(const protocol::CompareParams& params, Job& job) {
    return compareVariant(state_->caches, params, job);
}

Result<protocol::VariantResult> Workbench::train(const protocol::TrainParams& params, OutputSet& outputs,
                                                 Job& job, const PartialResults& partial) {
    const protocol::VariantSpec& variant = params.variant;
    if (!variant.recipe.qat) {
        return usageError("training needs QAT settings (epochs, learning rate, batch)");
    }
    if (!variant.data) {
        return usageError("training needs data");
    }
    QS_TRY(checkRecipe(variant.recipe));  // before the work
    const protocol::DataSpec validation = validationOf(params);
    QS_TRY(state_->caches.models.openData(validation));
    // Training starts from the network itself; algorithms run on what it makes of that.
    protocol::VariantSpec untrained = variant;
    untrained.recipe.algorithms.clear();
    QS_ASSIGN(const VariantOnData subject, buildVariant(state_->caches, untrained, job));
    const OpenedModel& opened = *subject.built->opened;
    QS_TRY(checkTrainable(opened));
    QS_ASSIGN(const auto training, wholeData(state_->caches.models, opened, *variant.data));
    QS_ASSIGN(const auto validating, wholeData(state_->caches.models, opened, validation));
    QS_ASSIGN(QatResult trained, trainQat(subject.built->prepared, subject.built->encodings.activations,
                                          *training, *validating, readQat(*variant.recipe.qat), job));
    QS_ASSIGN(const std::string weights, writeWeights(trained.graph));
    QS_TRY(outputs.write(params.weights_path, weights));
    // On the samples that untrained variants of the model are measured on, to be comparable with them.
    protocol::VariantSpec measured = variant;
    measured.data = validation;
    measured.recipe.trained_weights = outputs.readable(params.weights_path).string();
    measured.recipe.calibration = writeCalibration(trained.calibration);
    for (protocol::Algorithm& algorithm : measured.recipe.algorithms) {
        algorithm.layers.reset();
    }
    QS_ASSIGN(protocol::VariantResult result, measure(measured, job, partial));
    result.recipe.trained_weights = params.weights_path;
    result.measured.calib_data = variant.calib_data ? variant.calib_data->source : variant.data->source;
    result.measured.calib_samples = subject.data.calibration->size();
    for (const auto& point : trained.curve) {
        result.curve.push_back(writePoint(point));
    }
    if (const std::string note =
            samplesNote(result.measured, *validating, variant.recipe.qat->validation_samples);
        !note.empty()) {
        result.notes.push_back(note);
    }
    if (overlap(*training, firstSamples(*training, variant.recipe.qat->train_samples), *validating,
                firstSamples(*validating, 0)) > 0) {
        result.notes.emplace_back(
            "samples that were evaluated were also trained on: the accuracy is too good");
    }
    return result;
}

Result<protocol::ExportResult> Workbench::exportModel(const protocol::ExportParams& params,
                                                      OutputSet& outputs, Job& job) {
    return exportVariant(state_->caches, params, outputs, job);
}

Result<protocol::VerifyResult> Workbench::verify(const protocol::VerifyParams& params, Job& job) {
    return verifyExport(state_->caches, params, job);
}

Result<protocol::QConfigPreview> Workbench::preview(const protocol::PreviewParams& params) const {
    return previewQConfigs(state_->caches, params);
}

Result<protocol::LayerHistogram> Workbench::histogram(const protocol::HistogramParams& params) const {
    return histogramOf(state_->caches, params);
}

Result<protocol::VariantResult> Workbench::known(const protocol::VariantSpec& variant) const {
    if (const auto known = state_->caches.results.find(keyOf(variant))) {
        return *known;
    }
    return failure("nothing was measured of this variant since the engine was started: measure it first");
}

int64_t Workbench::builds() const {
    return state_->caches.builds;
}

}  // namespace qs
