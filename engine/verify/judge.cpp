#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/match.h"
#include "protocol/verdict.h"
#include "verify/verify.h"

namespace qs {

namespace {

std::string textOf(const protocol::Judgement& f) {
    using Kind = protocol::Judgement::Kind;
    switch (f.kind) {
        case Kind::Classes:
            return fmt::format("{:.2f} % of {} samples get the same class (at least {:.2f} %)", f.value,
                               f.count, f.limit);
        case Kind::Accuracy:
            return fmt::format(
                "top-1 {:.2f} % in the engine and {:.2f} % in the file (at most {:.2f} points apart)",
                f.value, f.other, f.limit);
        case Kind::Output:
            return std::isnan(f.value) ? fmt::format("output {}: equal", f.subject)
                                       : fmt::format("output {}: SQNR {:.1f} dB (at least {:.1f} dB)",
                                                     f.subject, f.value, f.limit);
        case Kind::LayerOut:
            return fmt::format(
                "layer {} is the first that leaves tolerance: {:.2f} % of its values are within "
                "1 LSB (at least {:.2f} %)",
                f.subject, f.value, f.limit);
        case Kind::MissingLayers:
            return fmt::format(
                "the file does not hold {} of the recipe's INT8 layers ({}): it is no export of it", f.count,
                f.subject);
        case Kind::MissingWeights:
            return fmt::format(
                "the file holds {} INT8 weights less than the recipe makes: it is no export of it", f.count);
        case Kind::AllLayers:
            break;
    }
    return fmt::format("all {} INT8 layers are within 1 LSB on {:.2f} % of their values", f.count, f.limit);
}

}  // namespace

void judge(protocol::VerifyResult& result) {
    const std::vector<protocol::Judgement> judgements = protocol::judgementsOf(result);
    result.passed = std::ranges::all_of(judgements, &protocol::Judgement::passed);
    std::vector<std::string> texts;
    for (const protocol::Judgement& judgement : judgements) {
        if (judgement.passed == result.passed) {
            texts.push_back(textOf(judgement));
        }
    }
    result.verdict = join(texts, "; ");
}

}  // namespace qs
