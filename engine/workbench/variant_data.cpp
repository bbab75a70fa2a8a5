#include "workbench/variant_data.h"

#include <algorithm>
#include <numeric>

#include "data/subset.h"
#include "workbench/model_data.h"
#include "workbench/random_data.h"

namespace qs {

namespace {

constexpr int64_t kErrorSamples = 64;  ///< layer errors settle to about 0.1 dB on this many images
constexpr int64_t kRandomSamples = 16;
constexpr uint64_t kRandomSeed = 1;

std::vector<int64_t> allOf(const Dataset& data) {
    std::vector<int64_t> indices(static_cast<size_t>(data.size()));
    std::iota(indices.begin(), indices.end(), 0);
    return indices;
}

std::vector<int64_t> firstOf(std::vector<int64_t> indices, int64_t count) {
    indices.resize(std::min(indices.size(), static_cast<size_t>(count)));
    return indices;
}

/// Where to calibrate other than on the evaluated data; absent if nowhere.
std::optional<protocol::DataSpec> otherSource(Models& models, const protocol::VariantSpec& params,
                                              const Dataset& data) {
    if (params.calib_data) {
        return params.calib_data;
    }
    protocol::DataSpec training = *params.data;
    training.source = data.calibrationSource();
    // The training split need not be installed.
    return !training.source.empty() && models.openData(training) ? std::optional(training) : std::nullopt;
}

struct Choice {
    std::shared_ptr<Dataset> calibrationData;
    std::shared_ptr<Dataset> evaluationData;
    DataSplit split;
    std::string calibrationSource;
};

Result<Choice> chooseSamples(Models& models, const protocol::VariantSpec& params) {
    const protocol::Recipe& recipe = params.recipe;
    Choice choice;
    QS_ASSIGN(choice.evaluationData, models.openData(*params.data));
    choice.calibrationData = choice.evaluationData;
    if (const auto other = otherSource(models, params, *choice.evaluationData)) {
        QS_ASSIGN(choice.calibrationData, models.openData(*other));
        choice.calibrationSource = choice.calibrationData != choice.evaluationData ? other->source : "";
    }
    if (choice.calibrationData == choice.evaluationData) {
        choice.split =
            splitSamples(*choice.evaluationData, recipe.calib_samples, recipe.eval_samples, recipe.seed);
        return choice;
    }
    auto& [calibration, evaluation, warning] = choice.split;
    calibration = chooseSamples(*choice.calibrationData, recipe.calib_samples, recipe.seed);
    evaluation = chooseSamples(*choice.evaluationData, recipe.eval_samples, recipe.seed);
    warning =
        overlapWarning(overlap(*choice.calibrationData, calibration, *choice.evaluationData, evaluation),
                       static_cast<int64_t>(evaluation.size()));
    return choice;
}

Result<VariantData> randomData(const OpenedModel& opened) {
    QS_ASSIGN(std::vector<SampleInput> inputs, sampleInputsOf(opened.graph));
    const std::shared_ptr<const Dataset> noise = makeRandomData(inputs, kRandomSamples, kRandomSeed);
    QS_ASSIGN(const InputMap map, mapInputs(opened.graph, *noise));
    VariantData data;
    data.real = false;
    data.calibration = std::make_shared<ModelData>(noise, allOf(*noise), map, opened.graph.fixedBatch());
    data.evaluation = data.calibration;
    data.errors = data.calibration;
    return data;
}

}  // namespace

Result<VariantData> chooseData(Models& models, const OpenedModel& opened,
                               const protocol::VariantSpec& params) {
    if (!params.data) {
        return randomData(opened);
    }
    QS_ASSIGN(const Choice choice, chooseSamples(models, params));
    QS_ASSIGN(const InputMap calibrationMap, mapInputs(opened.graph, *choice.calibrationData));
    QS_ASSIGN(const InputMap evaluationMap, mapInputs(opened.graph, *choice.evaluationData));
    const int64_t fixed = opened.graph.fixedBatch();
    const DataSplit& split = choice.split;
    VariantData data;
    data.calibration =
        std::make_shared<ModelData>(choice.calibrationData, split.calibration, calibrationMap, fixed);
    data.evaluation = std::make_shared<ModelData>(choice.evaluationData, split.evaluation, evaluationMap);
    data.errors = std::make_shared<ModelData>(choice.evaluationData, firstOf(split.evaluation, kErrorSamples),
                                              evaluationMap, fixed);
    data.calibrationSource = choice.calibrationSource;
    const protocol::Recipe& recipe = params.recipe;
    data.key = Models::keyOf(*params.data) + '\n' + std::to_string(recipe.eval_samples) + ' ' +
               std::to_string(recipe.seed) + ' ' +
               (choice.calibrationSource.empty() ? std::to_string(recipe.calib_samples) : "");
    for (const std::string& note : {split.warning, choice.evaluationData->note()}) {
        if (!note.empty()) {
            data.notes.push_back(note);
        }
    }
    return data;
}

int64_t batchOf(const OpenedModel& opened, int64_t wanted) {
    return opened.graph.fixedBatch() > 0 ? opened.graph.fixedBatch() : wanted;
}

}  // namespace qs
