#include "workbench/file_recipe.h"

#include "ops/op.h"
#include "quant/ptq.h"
#include "workbench/messages.h"

namespace qs {

namespace {

/// The preset that is nearest to what the file holds. Only its name shows: qparams come from the file.
std::string nearestPreset(const Graph& graph, const Calibration& activations) {
    size_t reduced = 0, isSigned = 0;
    for (const auto& [key, grid] : activations) {
        isSigned += grid.dtype == DType::Int8 ? 1 : 0;
        reduced += grid.dtype == DType::UInt8 && grid.quantMax < 128 ? 1 : 0;
    }
    if (2 * isSigned > activations.size()) {
        return "tensorrt";
    }
    if (2 * reduced > activations.size()) {
        return "fbgemm";
    }
    for (const Value& value : graph.values()) {
        if (value.constant && value.qparams && value.qparams->perChannel()) {
            return "onednn";
        }
    }
    return "qnnpack";
}

Result<std::string> describe(const Graph& graph, const protocol::Recipe& recipe) {
    QS_ASSIGN(const RuleSet rules, readRules(recipe.rules));
    QS_ASSIGN(Network network, fold(graph));
    QS_ASSIGN(const PreparedModel prepared, prepare(std::move(network), rules));
    size_t integer = 0, quantizable = 0;
    for (size_t i = 0; i < prepared.groups.size(); ++i) {
        const OpDef* def = ops().find(prepared.graph.node(prepared.groups[i].primary).op);
        quantizable += def != nullptr && def->quant != QuantKind::None ? 1 : 0;
        integer += prepared.isInteger(i) ? 1 : 0;
    }
    return "quantized: " + std::to_string(integer) + " of " + std::to_string(quantizable) +
           " layers int8, with the file's own scales";
}

}  // namespace

Result<FileRecipe> fileRecipe(const ImportedModel& model) {
    const Calibration activations = fileCalibration(model.graph);
    FileRecipe file;
    file.recipe.rules = {{"global", "", nearestPreset(model.graph, activations)}};
    for (const std::string& layer : model.quantization->floatLayers) {
        file.recipe.rules.push_back({"layer", layer, "fp32"});
    }
    file.recipe.calibration = writeCalibration(activations);
    QS_ASSIGN(file.note, describe(model.graph, file.recipe));
    return file;
}

}  // namespace qs
