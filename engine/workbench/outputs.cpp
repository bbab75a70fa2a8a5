#include <filesystem>

#include "exporters/exporter.h"
#include "workbench/models.h"
#include "workbench/workbench.h"

namespace qs {

namespace {

void addData(const std::optional<protocol::DataSpec>& spec, std::vector<OutputInput>& inputs) {
    if (!spec) {
        return;
    }
    for (const std::string& path : sourcesOf(*spec)) {
        inputs.push_back({path, path == spec->labels ? "the file of class names" : "the data"});
    }
}

}  // namespace

Result<OutputClaim> claimOf(const protocol::ExportParams& params) {
    QS_ASSIGN(const Exporter* exporter, exporterFor(params.path, params.target));
    return claimFor(*exporter, params.path, params.replace);
}

OutputClaim claimOf(const protocol::TrainParams& params, bool replace) {
    return {params.weights_path, false, replace};
}

std::vector<OutputInput> inputsOf(const protocol::VariantSpec& params) {
    std::vector<OutputInput> inputs{{params.model, "the model"}};
    addData(params.data, inputs);
    addData(params.calib_data, inputs);
    if (!params.recipe.trained_weights.empty()) {
        inputs.push_back({params.recipe.trained_weights, "the file of trained weights"});
    }
    return inputs;
}

std::vector<OutputInput> inputsOf(const protocol::ExportParams& params) {
    return inputsOf(params.variant);
}

std::vector<OutputInput> inputsOf(const protocol::TrainParams& params) {
    std::vector<OutputInput> inputs = inputsOf(params.variant);
    addData(params.validation, inputs);
    return inputs;
}

}  // namespace qs
