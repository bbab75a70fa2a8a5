#include "support/opened_export.h"

#include "quant/ptq.h"
#include "support/prepared.h"

namespace qs::test {

Result<QuantizedGraph> openExport(const std::filesystem::path& path, const std::vector<InputSpec>& inputs) {
    QS_ASSIGN(ImportedModel model, openModel(path, inputs));
    if (!model.quantization) {
        return failure(path.string() + " is not quantized");
    }
    std::vector<Rule> rules{{RuleMatch::Global, "", "onednn"}};
    for (const std::string& layer : model.quantization->floatLayers) {
        rules.push_back({RuleMatch::Layer, layer, "fp32"});
    }
    QS_ASSIGN(RuleSet ruleSet, RuleSet::make(std::move(rules)));
    Encodings encodings{fileCalibration(model.graph), {}};
    QS_ASSIGN(const PreparedModel prepared, prepareGraph(std::move(model.graph), ruleSet));
    QS_TRY(chooseWeightGrids(prepared, encodings));
    return convert(prepared, encodings);
}

}  // namespace qs::test
