#include "workbench/export.h"

#include <nlohmann/json.hpp>

#include "exporters/exporter.h"
#include "protocol/json.h"
#include "workbench/latency.h"
#include "workbench/messages.h"
#include "workbench/model_data.h"
#include "workbench/variant.h"

namespace qs {

namespace {

/// The preprocessing of the data that the network was calibrated or measured on.
Result<std::optional<protocol::Preprocessing>> preprocessingOf(Models& models,
                                                               const protocol::VariantSpec& variant) {
    const auto& spec = variant.data ? variant.data : variant.calib_data;
    if (!spec) {
        return std::optional<protocol::Preprocessing>();
    }
    QS_ASSIGN(const auto data, models.openData(*spec));
    return std::optional(describe(*data, spec->source).preprocessing);
}

/// What the file calls its classes: as the labels file says, else the model, else the data's format.
std::vector<std::string> classNames(const OpenedModel& opened, const Dataset& data,
                                    const std::optional<protocol::DataSpec>& spec) {
    const bool told = spec && !spec->labels.empty();
    return told || opened.info.classes.empty() ? data.classes() : opened.info.classes;
}

Result<ExportOptions> optionsFor(Models& models, const protocol::ExportParams& params,
                                 const VariantOnData& variant) {
    const OpenedModel& opened = *variant.built->opened;
    const protocol::ModelInfo& info = opened.info;
    ExportOptions options;
    options.inputShapes = opened.declaredShapes;
    options.fixedBatch = opened.graph.fixedBatch();
    options.opset = params.opset;
    options.preprocessingInside = params.preprocessing_inside;
    QS_ASSIGN(options.preprocessing, preprocessingOf(models, params.variant));
    options.classes = classNames(opened, *variant.data.evaluation,
                                 params.variant.data ? params.variant.data : params.variant.calib_data);
    QS_ASSIGN(options.example, firstSample(*variant.data.errors));
    nlohmann::json metadata{{"engine_version", QS_VERSION},           {"inputs", info.inputs},
                            {"input_shape", info.inputs.at(0).shape}, {"classes", options.classes},
                            {"recipe", params.variant.recipe},        {"target", params.target}};
    metadata["recipe"]["calibration"] = writeCalibration(variant.built->encodings.activations);
    metadata["recipe"]["algorithms"] = writeAlgorithms(variant.built->algorithms);
    if (options.preprocessing) {
        metadata["preprocessing"] = *options.preprocessing;
        metadata["preprocessing_inside"] = params.preprocessing_inside;
    }
    options.metadata = metadata.dump();
    return options;
}

std::vector<std::string> pathsOf(const Exporter& exporter, const Exported& exported,
                                 const std::filesystem::path& path) {
    const std::filesystem::path base = folderOfExport(exporter, path);
    std::vector<std::string> paths;
    for (const ExportedFile& file : exported.files) {
        paths.push_back((base / file.name).string());
    }
    return paths;
}

std::string nameOf(const Exporter& exporter) {
    for (const auto& [name, entry] : exporters().entries()) {
        if (&entry == &exporter) {
            return name;
        }
    }
    return {};
}

}  // namespace

Result<protocol::ExportResult> exportVariant(Caches& caches, const protocol::ExportParams& params,
                                             OutputSet& outputs, Job& job) {
    QS_ASSIGN(const Exporter* exporter, exporterFor(params.path, params.target));
    protocol::ExportParams exporting = params;
    exporting.target = nameOf(*exporter);
    protocol::VariantSpec building = params.variant;
    std::string& weights = building.recipe.trained_weights;
    weights = outputs.readable(weights).string();
    QS_ASSIGN(const VariantOnData variant, buildVariant(caches, building, job));
    job.begin("Writing " + params.path, 2);
    QS_TRY(job.step(0));
    const std::filesystem::path path = params.path;
    QS_ASSIGN(const ExportOptions options, optionsFor(caches.models, exporting, variant));
    QS_ASSIGN(const Exported exported,
              exporter->make(variant.built->converted, options, path.filename().string()));
    QS_TRY(job.step(1));
    QS_TRY(addExport(exported, *exporter, path, outputs));
    QS_TRY(job.step(2));
    protocol::ExportResult result{params.path, exporting.target};
    for (const ExportedFile& file : exported.files) {
        result.bytes += static_cast<int64_t>(file.bytes.size());
    }
    result.files = pathsOf(*exporter, exported, path);
    result.notes = exported.notes;
    result.commands = exported.commands;
    return result;
}

}  // namespace qs
