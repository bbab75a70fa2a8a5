#include "workbench/verify.h"

#include <algorithm>
#include <set>

#include "data/subset.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "verify/verify.h"
#include "workbench/model_data.h"
#include "workbench/preview.h"
#include "workbench/thread_count.h"
#include "workbench/variant.h"

namespace qs {

namespace {

namespace fs = std::filesystem;

Result<protocol::Recipe> recipeFor(const protocol::VerifyParams& params, const FileFacts& facts) {
    if (!params.recipe && !facts.recipe) {
        return failure(params.file +
                       " does not say what it was made from: give the recipe, or the project that it was "
                       "exported from");
    }
    protocol::Recipe recipe = params.recipe ? *params.recipe : *facts.recipe;
    std::error_code error;
    if (!recipe.trained_weights.empty() && !fs::exists(recipe.trained_weights, error)) {
        return failure(
            "the trained weights " + recipe.trained_weights +
            ", which the recipe needs, are gone: put them back, or verify against the project that "
            "holds them");
    }
    for (const protocol::Algorithm& algorithm : recipe.algorithms) {
        if (!algorithm.layers && !params.data) {
            return usageError("the recipe does not bring what " + algorithm.name +
                              " chose: give the data that it was calibrated on");
        }
    }
    recipe.metric.clear();
    return recipe;
}

/// The caller's data; prepared as the file says where the caller does not and the data is images.
Result<std::optional<protocol::DataSpec>> dataFor(Models& models, const protocol::VerifyParams& params,
                                                  const FileFacts& facts) {
    std::optional<protocol::DataSpec> spec = params.data;
    if (!spec) {
        return spec;
    }
    QS_ASSIGN(const auto data, models.openData(*spec));
    const protocol::Preprocessing none;
    if (facts.preprocessing && spec->preprocessing == none && data->preprocessing() != none) {
        spec->preprocessing = *facts.preprocessing;
    }
    return spec;
}

/// Failure where the model is not the one that the recipe's calibration was made for.
Status checkModel(const OpenedModel& opened, const protocol::Recipe& recipe, const std::string& file) {
    std::set<std::string> values;
    for (const Value& value : opened.graph.values()) {
        values.insert(value.name);
    }
    for (const protocol::TensorQParams& entry : recipe.calibration) {
        if (!values.contains(entry.value)) {
            return failure(file + " was not exported from " + opened.info.path + ", which has no tensor '" +
                           entry.value + "': give the model or the project that it was exported from");
        }
    }
    return {};
}

/// Usage error where something is calibrated, and nothing says how.
Status checkCalibrated(Caches& caches, const OpenedModel& opened, const protocol::VariantSpec& building) {
    if (!building.recipe.calibration.empty() || building.data) {
        return {};
    }
    QS_ASSIGN(const auto prepared, preparedBy(caches, opened, building.recipe.rules));
    return prepared->observed.empty() ? Status()
                                      : usageError(
                                            "the recipe brings no calibration: give the data that it "
                                            "was calibrated on");
}

/// What buildVariant() makes the engine's network from. A recipe that brings its calibration needs no samples
/// for it.
Result<protocol::VariantSpec> buildingFor(Models& models, const protocol::VerifyParams& params,
                                          const FileFacts& facts) {
    protocol::VariantSpec building;
    building.model = params.model;
    QS_ASSIGN(building.recipe, recipeFor(params, facts));
    QS_ASSIGN(building.data, dataFor(models, params, facts));
    building.inputs = params.inputs.empty() && !building.data ? facts.inputs : params.inputs;
    if (!building.recipe.calibration.empty()) {
        building.calib_data = building.data;
    }
    return building;
}

/// The samples to compare on.
Result<std::shared_ptr<const Dataset>> samplesFor(Models& models, const VariantOnData& variant,
                                                  const protocol::VariantSpec& building, int64_t count) {
    if (!building.data) {
        return std::shared_ptr<const Dataset>(variant.data.evaluation);
    }
    QS_ASSIGN(const auto source, models.openData(*building.data));
    QS_ASSIGN(InputMap inputs, mapInputs(variant.built->opened->graph, *source));
    return std::shared_ptr<const Dataset>(std::make_shared<ModelData>(
        source, chooseSamples(*source, count, building.recipe.seed), std::move(inputs)));
}

void describe(const protocol::VariantSpec& building, const Dataset& data, const VerifyOptions& options,
              protocol::VerifyResult& result) {
    result.measured.data = building.data ? building.data->source : "random input";
    result.measured.samples = result.samples;
    result.measured.threads = options.threads;
    result.measured.batch = options.batch;
    result.measured.seed = building.recipe.seed;
    result.measured.cpu = cpuInfo().model;
    result.measured.isa = cpuInfo().isa;
    if (!building.data) {
        result.notes.push_back("without data the comparison is on noise, and says nothing about accuracy");
    }
    for (const std::string& note : {data.note(), cpuNotes(), threadNote(building.recipe.threads)}) {
        if (!note.empty()) {
            result.notes.push_back(note);
        }
    }
}

}  // namespace

Result<protocol::VerifyResult> verifyExport(Caches& caches, const protocol::VerifyParams& params, Job& job) {
    if (params.samples < 0 || params.layer_samples < 0) {
        return usageError("sample counts cannot be negative");
    }
    QS_ASSIGN(const FileFacts facts, readFacts(params.file));
    QS_ASSIGN(const protocol::VariantSpec building, buildingFor(caches.models, params, facts));
    std::shared_ptr<Dataset> source;
    if (building.data) {
        QS_ASSIGN(source, caches.models.openData(*building.data));
    }
    QS_ASSIGN(const auto opened, caches.models.open(building.model, source.get(), building.inputs, job));
    QS_TRY(checkModel(*opened, building.recipe, params.file));
    QS_TRY(checkCalibrated(caches, *opened, building));
    QS_ASSIGN(const VariantOnData variant, buildVariant(caches, building, job));
    QS_ASSIGN(const auto engine, makeExecutor(building.recipe.backend, variant.built->converted));
    QS_ASSIGN(const auto data, samplesFor(caches.models, variant, building, params.samples));

    VerifySubject subject{.file = facts, .engine = *engine, .data = *data, .real = variant.data.real};
    subject.preprocessing = data->preprocessing();
    if (subject.preprocessing == protocol::Preprocessing()) {
        subject.preprocessing = facts.preprocessing.value_or(protocol::Preprocessing());
    }
    subject.fixedBatch = opened->graph.fixedBatch();
    const VerifyOptions options{.runtime = params.runtime,
                                .batch = batchOf(*opened, building.recipe.batch),
                                .layerSamples = params.layer_samples,
                                .threads = useThreads(building.recipe.threads)};
    QS_ASSIGN(protocol::VerifyResult result, verifyFile(subject, options, job));
    describe(building, *data, options, result);
    return result;
}

}  // namespace qs
