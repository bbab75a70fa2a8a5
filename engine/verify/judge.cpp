#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/match.h"
#include "verify/verify.h"

namespace qs {

namespace {

/// What speaks for a file, and what against it.
struct Findings {
    std::vector<std::string> good;
    std::vector<std::string> bad;

    void add(bool passed, std::string text) { (passed ? good : bad).push_back(std::move(text)); }
};

/// `tolerance` points, but no less than one of `samples`.
double atLeastOneSample(double tolerance, int64_t samples) {
    constexpr double kRounding = 1e-9;
    return std::max(tolerance, 100.0 / static_cast<double>(std::max<int64_t>(samples, 1))) + kRounding;
}

void judgeClasses(const protocol::VerifyResult& result, Findings& findings) {
    const double lost = 100 - *result.agreement;
    findings.add(lost <= atLeastOneSample(100 - result.agreement_tolerance_percent, result.samples),
                 fmt::format("{:.2f} % of {} samples get the same class (at least {:.2f} %)",
                             *result.agreement, result.samples, result.agreement_tolerance_percent));
    if (result.engine_top1 && result.file_top1) {
        const double apart = std::abs(*result.engine_top1 - *result.file_top1);
        findings.add(
            apart <= atLeastOneSample(result.accuracy_tolerance, result.samples),
            fmt::format("top-1 {:.2f} % in the engine and {:.2f} % in the file (at most {:.2f} points apart)",
                        *result.engine_top1, *result.file_top1, result.accuracy_tolerance));
    }
}

void judgeOutputs(const protocol::VerifyResult& result, Findings& findings) {
    for (const protocol::OutputDifference& output : result.outputs) {
        findings.add(!output.sqnr_db || *output.sqnr_db >= result.sqnr_tolerance_db,
                     output.sqnr_db ? fmt::format("output {}: SQNR {:.1f} dB (at least {:.1f} dB)",
                                                  output.name, *output.sqnr_db, result.sqnr_tolerance_db)
                                    : fmt::format("output {}: equal", output.name));
    }
}

void judgeLayers(const protocol::VerifyResult& result, Findings& findings) {
    const auto out = std::ranges::find_if(result.layers, [](const auto& layer) { return !layer.passed; });
    if (out != result.layers.end()) {
        findings.add(false,
                     fmt::format("layer {} is the first that leaves tolerance: {:.2f} % of its values are "
                                 "within 1 LSB (at least {:.2f} %)",
                                 out->name, out->within_one_percent, result.layer_tolerance_percent));
    } else if (!result.layers.empty()) {
        findings.add(true, fmt::format("all {} INT8 layers are within 1 LSB on {:.2f} % of their values",
                                       result.layers.size(), result.layer_tolerance_percent));
    }
}

}  // namespace

void judge(protocol::VerifyResult& result) {
    Findings findings;
    result.agreement ? judgeClasses(result, findings) : judgeOutputs(result, findings);
    judgeLayers(result, findings);
    result.passed = findings.bad.empty();
    result.verdict = join(result.passed ? findings.good : findings.bad, "; ");
}

}  // namespace qs
