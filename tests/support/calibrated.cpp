#include "support/calibrated.h"

#include "importers/importer.h"
#include "quant/ptq.h"
#include "support/prepared.h"
#include "workbench/random_data.h"

namespace qs::test {

Result<Calibrated> calibrateOnNoise(const std::string& path, const std::string& preset,
                                    const std::vector<int64_t>& inputShape) {
    constexpr int64_t kSamples = 8;
    QS_ASSIGN(ImportedModel model, openModel(path, {{"", inputShape}}));
    QS_ASSIGN(const RuleSet rules, RuleSet::make({{RuleMatch::Global, "", preset}}));
    QS_ASSIGN(const PreparedModel prepared, prepareGraph(model.graph, rules));
    const auto data = makeRandomData({{"", {inputShape.begin() + 1, inputShape.end()}}}, kSamples, 1);
    Job job;
    QS_ASSIGN(const Encodings calibration, calibrate(prepared, *data, kSamples, kSamples, job));
    QS_ASSIGN(QuantizedGraph integer, convert(prepared, calibration));
    QS_ASSIGN(QuantizedGraph real, floatForm(model.graph));
    return Calibrated{std::move(integer), std::move(real)};
}

}  // namespace qs::test
