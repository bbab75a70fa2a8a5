#include "protocol/verdict.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs::protocol {

namespace {

constexpr double kRounding = 1e-9;

/// `tolerance` points, but no less than one of `samples`.
double atLeastOneSample(double tolerance, int64_t samples) {
    return std::max(tolerance, 100.0 / static_cast<double>(std::max<int64_t>(samples, 1)));
}

void addClasses(const VerifyResult& result, std::vector<Judgement>& judgements) {
    const double mostLost = atLeastOneSample(100 - result.agreement_tolerance_percent, result.samples);
    judgements.push_back({.kind = Judgement::Kind::Classes,
                          .passed = 100 - *result.agreement <= mostLost + kRounding,
                          .value = *result.agreement,
                          .limit = 100 - mostLost,
                          .count = result.samples});
    if (result.engine_top1 && result.file_top1) {
        const double apart = std::abs(*result.engine_top1 - *result.file_top1);
        const double mostApart = atLeastOneSample(result.accuracy_tolerance, result.samples);
        judgements.push_back({.kind = Judgement::Kind::Accuracy,
                              .passed = apart <= mostApart + kRounding,
                              .value = *result.engine_top1,
                              .other = *result.file_top1,
                              .limit = mostApart});
    }
}

void addOutputs(const VerifyResult& result, std::vector<Judgement>& judgements) {
    for (const OutputDifference& output : result.outputs) {
        judgements.push_back({.kind = Judgement::Kind::Output,
                              .passed = !output.sqnr_db || *output.sqnr_db >= result.sqnr_tolerance_db,
                              .value = output.sqnr_db.value_or(std::numeric_limits<double>::quiet_NaN()),
                              .limit = result.sqnr_tolerance_db,
                              .subject = output.name});
    }
}

void addLayers(const VerifyResult& result, std::vector<Judgement>& judgements) {
    const auto out = std::ranges::find_if(result.layers, [](const auto& layer) { return !layer.passed; });
    if (out != result.layers.end()) {
        judgements.push_back({.kind = Judgement::Kind::LayerOut,
                              .passed = false,
                              .value = out->within_one_percent,
                              .limit = result.layer_tolerance_percent,
                              .subject = out->name});
    } else if (!result.layers.empty()) {
        // What a boundary makes is compared like a layer, and is none.
        const auto boundaries = std::ranges::count_if(result.layers, [](const LayerDifference& layer) {
            return layer.op == "quantize" || layer.op == "requantize";
        });
        judgements.push_back({.kind = Judgement::Kind::AllLayers,
                              .limit = result.layer_tolerance_percent,
                              .count = static_cast<int64_t>(result.layers.size()) - boundaries});
    }
}

std::string firstOf(const std::vector<std::string>& names) {
    constexpr size_t kShown = 3;
    std::string text;
    for (size_t i = 0; i < std::min(names.size(), kShown); ++i) {
        text += (i > 0 ? ", " : "") + names[i];
    }
    return names.size() > kShown ? text + ", ..." : text;
}

void addMissing(const VerifyResult& result, std::vector<Judgement>& judgements) {
    if (!result.missing_layers.empty()) {
        judgements.push_back({.kind = Judgement::Kind::MissingLayers,
                              .passed = false,
                              .count = static_cast<int64_t>(result.missing_layers.size()),
                              .subject = firstOf(result.missing_layers)});
    } else if (result.missing_weights > 0) {
        judgements.push_back(
            {.kind = Judgement::Kind::MissingWeights, .passed = false, .count = result.missing_weights});
    }
}

}  // namespace

std::vector<Judgement> judgementsOf(const VerifyResult& result) {
    std::vector<Judgement> judgements;
    result.agreement ? addClasses(result, judgements) : addOutputs(result, judgements);
    addLayers(result, judgements);
    addMissing(result, judgements);
    return judgements;
}

bool isIndependent(const VerifyResult& result) {
    return result.independent && result.runtime != "reference";
}

}  // namespace qs::protocol
