#include "workbench/variant.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/presentable.h"
#include "protocol/json.h"
#include "quant/observe.h"
#include "workbench/measure.h"
#include "workbench/messages.h"
#include "workbench/recipe_check.h"
#include "workbench/thread_count.h"
#include "workbench/weights_file.h"

namespace qs {

namespace {

using nlohmann::json;

/// What a calibration pass saw, by what goes into it: the model at its shapes, trained weights, and samples.
std::string passKey(const OpenedModel& opened, const protocol::VariantSpec& variant) {
    const protocol::Recipe& recipe = variant.recipe;
    std::string key = opened.key + '\n';
    key += recipe.trained_weights.empty() ? "" : identify(recipe.trained_weights);
    for (const auto& data : {variant.data, variant.calib_data}) {
        key += '\n' + (data ? Models::keyOf(*data) : "");
    }
    for (const uint64_t number : {uint64_t(recipe.calib_samples), uint64_t(recipe.eval_samples),
                                  uint64_t(recipe.batch), recipe.seed}) {
        key += ' ' + std::to_string(number);
    }
    return key;
}

/// Whether the recipe leaves anything to be found out from data.
bool needsData(const std::vector<protocol::TensorQParams>& calibration,
               const std::vector<protocol::Algorithm>& algorithms) {
    return calibration.empty() || std::ranges::any_of(algorithms, [](const protocol::Algorithm& algorithm) {
               return !algorithm.layers;
           });
}

/// A variant by what goes into building it: the model at its shapes, rules, trained weights, and qparams and
/// algorithms with what they chose, or the samples that they come from.
std::string buildKey(const OpenedModel& opened, const protocol::VariantSpec& variant,
                     const std::vector<protocol::TensorQParams>& calibration,
                     const std::vector<protocol::Algorithm>& algorithms) {
    const protocol::Recipe& recipe = variant.recipe;
    const std::string weights = recipe.trained_weights.empty() ? "" : identify(recipe.trained_weights);
    return (needsData(calibration, algorithms) ? passKey(opened, variant) : opened.key + '\n' + weights) +
           '\n' + json(recipe.rules).dump() + '\n' + json(calibration).dump() + '\n' +
           json(algorithms).dump();
}

/// The algorithms that change what a pass sees.
std::vector<protocol::Algorithm> beforeCalibration(std::vector<protocol::Algorithm> algorithms) {
    std::erase_if(algorithms, [](const protocol::Algorithm& algorithm) {
        return ptqAlgorithms().find(algorithm.name)->stage != PtqAlgorithm::Stage::BeforeCalibration;
    });
    return algorithms;
}

/// The pass over the calibration data, or what is known of it.
Result<std::shared_ptr<const Observed>> observedOf(Caches& caches, const Network& network,
                                                   const std::string& key, const Dataset& data, int64_t batch,
                                                   Job& job) {
    if (auto known = caches.observed.find(key)) {
        return known;
    }
    auto observed = std::make_shared<Observed>();
    QS_ASSIGN(observed->statistics, observe(network, data, 0, batch, job));
    observed->skipped = data.skipped();
    ++caches.passes;
    std::shared_ptr<const Observed> result = std::move(observed);
    caches.observed.keep({key}, result);
    return result;
}

/// What the variant holds beyond the opened model, at most.
int64_t bytesOf(const BuiltVariant& built) {
    int64_t bytes = 0;
    for (const QNode& node : built.converted.nodes) {
        for (const auto& tensor : {node.weight, node.bias, node.weightInt}) {
            bytes += tensor ? static_cast<int64_t>(tensor->nbytes()) : 0;
        }
    }
    return bytes;
}

/// The model's network or, with trained weights, that of these.
Result<Network> referenceOf(const OpenedModel& opened, const std::string& trainedWeights) {
    if (trainedWeights.empty()) {
        return opened.network();
    }
    Graph trained = opened.graph;
    QS_TRY(loadWeights(trained, trainedWeights));
    return fold(std::move(trained));
}

Result<std::shared_ptr<const BuiltVariant>> make(Caches& caches, std::shared_ptr<const OpenedModel> opened,
                                                 const protocol::VariantSpec& variant, RuleSet rules,
                                                 const VariantData& data, Job& job) {
    const protocol::Recipe& recipe = variant.recipe;
    auto built = std::make_shared<BuiltVariant>();
    built->opened = std::move(opened);
    built->rules = std::move(rules);
    QS_ASSIGN(built->reference, referenceOf(*built->opened, recipe.trained_weights));
    QuantizationSource source{built->reference, built->rules};
    if (!recipe.calibration.empty()) {
        QS_ASSIGN(source.calibration, readCalibration(recipe.calibration));
    }
    source.observe = [&](const Network& network,
                         Job& observing) -> Result<std::shared_ptr<const NetworkStatistics>> {
        const std::string key =
            passKey(*built->opened, variant) + '\n' + json(beforeCalibration(recipe.algorithms)).dump();
        QS_ASSIGN(built->observed, observedOf(caches, network, key, *data.calibration,
                                              batchOf(*built->opened, recipe.batch), observing));
        return std::shared_ptr<const NetworkStatistics>(built->observed, &built->observed->statistics);
    };
    source.algorithms = readAlgorithms(recipe.algorithms);
    source.data = data.calibration.get();
    QS_ASSIGN(static_cast<QuantizedNetwork&>(*built), quantizeNetwork(source, job));
    return std::shared_ptr<const BuiltVariant>(std::move(built));
}

Result<VariantOnData> build(Caches& caches, protocol::VariantSpec variant, Job& job) {
    const protocol::Recipe& recipe = variant.recipe;
    QS_TRY(checkRecipe(recipe));
    QS_ASSIGN(RuleSet rules, readRules(recipe.rules));
    useThreads(recipe.threads);
    variant.data = variant.data ? variant.data : variant.calib_data;
    std::shared_ptr<Dataset> source;
    if (variant.data) {
        QS_ASSIGN(source, caches.models.openData(*variant.data));
    }
    QS_ASSIGN(const auto opened, caches.models.open(variant.model, source.get(), variant.inputs, job));
    QS_TRY(checkRules(recipe.rules, opened->graph));
    QS_TRY(checkCalibration(recipe.calibration, opened->graph));
    QS_TRY(checkAlgorithms(recipe.algorithms, opened->graph));
    VariantOnData result;
    QS_ASSIGN(result.data, chooseData(caches.models, *opened, variant));
    if (result.data.real) {
        // Before the work: a metric that does not fit.
        QS_TRY(metricsFor(*opened, *result.data.evaluation, recipe.metric, true));
    }
    std::string key = buildKey(*opened, variant, recipe.calibration, recipe.algorithms);
    result.built = caches.built.find(key);
    if (!result.built) {
        QS_ASSIGN(result.built, make(caches, opened, variant, std::move(rules), result.data, job));
        ++caches.builds;
    }
    // It is found again with what was found out, too.
    result.key = buildKey(*opened, variant, writeCalibration(result.built->encodings.activations),
                          writeAlgorithms(result.built->algorithms));
    caches.built.keep({std::move(key), result.key}, result.built, bytesOf(*result.built));
    return result;
}

}  // namespace

Result<VariantOnData> buildVariant(Caches& caches, protocol::VariantSpec variant, Job& job) {
    auto built = build(caches, std::move(variant), job);
    // What a recipe says is quoted where it is refused.
    return built ? std::move(built) : presentable(built.error());
}

std::shared_ptr<const BuiltVariant> findBuilt(Caches& caches, const protocol::VariantSpec& variant) {
    protocol::VariantSpec spec = variant;
    spec.data = spec.data ? spec.data : spec.calib_data;
    const auto opened = caches.models.known(spec.model);
    return opened
               ? caches.built.find(buildKey(*opened, spec, spec.recipe.calibration, spec.recipe.algorithms))
               : nullptr;
}

}  // namespace qs
