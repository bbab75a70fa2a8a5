#include "workbench/workbench.h"

#include <dnnl.h>
#include <torch/version.h>

#include <nlohmann/json.hpp>

#include "core/files.h"
#include "exporters/exporter.h"
#include "protocol/json.h"
#include "quant/qat.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "workbench/latency.h"
#include "workbench/messages.h"
#include "workbench/models.h"
#include "workbench/variant.h"
#include "workbench/weights_file.h"

namespace qs {

namespace {

/// The data to validate training on: as asked, else the test split of a source that has one, else the
/// training data.
protocol::DataSpec validationOf(const protocol::TrainParams& params) {
    if (params.validation) {
        return *params.validation;
    }
    protocol::DataSpec spec = params.train;
    if (spec.source == "fashion-mnist:train") {
        spec.source = "fashion-mnist:test";
    }
    return spec;
}

protocol::CurvePoint writePoint(const TrainingPoint& point) {
    return {point.epoch, point.step, point.loss,
            point.validationTop1 < 0 ? std::nullopt : std::optional(point.validationTop1)};
}

Status checkQat(const protocol::QatSettings& qat) {
    if (qat.epochs < 1 || qat.batch < 1 || !(qat.learning_rate > 0) || qat.momentum < 0 ||
        qat.momentum >= 1 || qat.weight_decay < 0 || qat.train_samples < 0 || qat.validation_samples < 0) {
        return usageError(
            "training needs at least one epoch, a batch of at least one, a positive learning rate, "
            "a momentum in [0, 1) and no negative counts");
    }
    return {};
}

}  // namespace

struct Workbench::State {
    Models models;
    Baselines baselines;
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
    if (const std::string notes = cpuNotes(); !notes.empty()) {
        info.notes.push_back(notes);
    }
    info.presets = presets().names();
    info.observers = observers().names();
    info.data_formats = datasetFormats().names();
    for (const auto& [name, exporter] : exporters().entries()) {
        info.exporters.push_back(name + ' ' + exporter.extension);
    }
    return info;
}

Result<protocol::ModelInfo> Workbench::openModel(const protocol::OpenModelParams& params) {
    std::shared_ptr<Dataset> data;
    if (params.data) {
        QS_ASSIGN(data, state_->models.openData(*params.data));
    }
    QS_ASSIGN(const auto opened, state_->models.open(params.model, data.get(), params.inputs));
    return opened->info;
}

Result<protocol::DataInfo> Workbench::openData(const protocol::DataSpec& spec) {
    QS_ASSIGN(const auto data, state_->models.openData(spec));
    return describe(*data, spec.source);
}

Result<protocol::ModelResult> Workbench::evaluate(const protocol::OpenModelParams& params, int64_t samples,
                                                  int64_t batch, protocol::Measurement& measured, Job& job) {
    if (!params.data) {
        return usageError("evaluating needs data");
    }
    if (batch < 1 || samples < 0) {
        return usageError("a batch has at least one sample, and a sample count cannot be negative");
    }
    measured.threads = setThreads(0);
    QS_ASSIGN(const auto data, state_->models.openData(*params.data));
    QS_ASSIGN(const auto opened, state_->models.open(params.model, data.get(), params.inputs));
    QS_ASSIGN(QuantizedGraph graph, convertFloat(opened->graph));
    protocol::ModelResult result;
    result.model_bytes = graph.parameterBytes();
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(std::move(graph)));
    QS_ASSIGN(const Predictions predictions,
              predict(*executor, *data, samples, batch, "Evaluating FP32", job));
    result.top1 = predictions.top1();
    QS_ASSIGN(const std::vector<at::Tensor> input, firstSample(*data));
    const protocol::Recipe defaults;
    QS_TRY(measureLatency(*executor, input, defaults.latency_warmup, defaults.latency_runs, result, job));
    measured.latency_runs = defaults.latency_runs;
    measured.data = params.data->source;
    measured.samples = static_cast<int64_t>(predictions.classes.size());
    measured.cpu = cpuInfo().model;
    measured.isa = cpuInfo().isa;
    return result;
}

Result<protocol::VariantResult> Workbench::measure(const protocol::MeasureParams& params, Job& job) {
    return measureVariant(state_->models, state_->baselines, params, job);
}

Result<protocol::VariantResult> Workbench::train(const protocol::TrainParams& params, Job& job) {
    if (!params.recipe.qat) {
        return usageError("training needs QAT settings (epochs, learning rate, batch)");
    }
    QS_TRY(checkQat(*params.recipe.qat));
    QS_TRY(checkWritable(params.weights_path));
    const protocol::DataSpec validation = validationOf(params);
    QS_ASSIGN(const auto validationData, state_->models.openData(validation));
    QS_ASSIGN(BuiltVariant built,
              buildVariant(state_->models, params.model, params.train, {}, params.recipe, job));
    QS_ASSIGN(QatResult trained, trainQat(built.prepared, built.calibration, *built.data, *validationData,
                                          readQat(*params.recipe.qat), job));
    QS_TRY(saveWeights(trained.graph, params.weights_path));
    protocol::MeasureParams measured{params.model, validation, {}, params.recipe};
    measured.recipe.trained_weights = params.weights_path;
    measured.recipe.calibration = writeCalibration(trained.calibration);
    QS_ASSIGN(protocol::VariantResult result, measure(measured, job));
    for (const auto& point : trained.curve) {
        result.curve.push_back(writePoint(point));
    }
    return result;
}

Result<protocol::ExportResult> Workbench::exportModel(const protocol::ExportParams& params, Job& job) {
    QS_ASSIGN(const Exporter* exporter, exporterFor(params.path));
    QS_TRY(checkWritable(params.path));
    QS_ASSIGN(BuiltVariant built,
              buildVariant(state_->models, params.model, params.data, {}, params.recipe, job));
    job.begin("Writing " + params.path, 1);
    QS_TRY(job.step(0));
    const nlohmann::json metadata{{"engine_version", QS_VERSION},
                                  {"input_shape", built.opened->info.input_shape},
                                  {"classes", built.opened->info.classes},
                                  {"recipe", params.recipe}};
    QS_TRY(exporter->write(built.converted, {built.opened->info.input_shape, metadata.dump()}, params.path));
    QS_TRY(job.step(1));
    std::error_code error;
    return protocol::ExportResult{params.path, exporter->extension.substr(1),
                                  static_cast<int64_t>(std::filesystem::file_size(params.path, error))};
}

}  // namespace qs
