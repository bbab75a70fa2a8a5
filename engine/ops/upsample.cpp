#include "ops/upsample.h"

#include <cmath>

namespace qs {

namespace {

/// The scales that the operator names: two numbers, one list, or none.
std::optional<std::vector<double>> readScales(const AtenArgs& args, size_t at) {
    if (const auto list = args.numbers(at)) {
        return *list;
    }
    const auto h = args.number(at), w = args.number(at + 1);
    return h && w ? std::optional(std::vector<double>{*h, *w}) : std::nullopt;
}

}  // namespace

std::optional<OpenedOp> openUpsample(const AtenArgs& args, size_t scales) {
    if (!args.isActivation(0) || args.shape(0).size() != 4) {
        return std::nullopt;
    }
    const Shape& source = args.shape(0);
    auto size = args.ints(1);
    const auto factors = readScales(args, scales);
    if (!size && factors && factors->size() == 2) {
        size = {static_cast<int64_t>(std::floor(static_cast<double>(source[2]) * (*factors)[0])),
                static_cast<int64_t>(std::floor(static_cast<double>(source[3]) * (*factors)[1]))};
    }
    if (!size || size->size() != 2) {
        return std::nullopt;
    }
    OpenedOp opened{{}, {args.tensor(0)}};
    opened.attrs.set("output_size", *size);
    if (factors && factors->size() == 2) {
        opened.attrs.set("scales", *factors);
    }
    return opened;
}

c10::optional<double> upsampleScale(const Attributes& attrs, size_t axis) {
    const auto scales = attrs.get<std::vector<double>>("scales");
    return scales.empty() ? c10::nullopt : c10::optional<double>(scales.at(axis));
}

}  // namespace qs
