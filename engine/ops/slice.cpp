#include <ATen/ops/slice.h>

#include <limits>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

constexpr int64_t kToTheEnd = std::numeric_limits<int64_t>::max();

std::optional<OpenedOp> open(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    const auto dim = args.axis(1), step = args.isNone(4) ? std::optional<int64_t>(1) : args.integer(4);
    const auto start = args.isNone(2) ? std::optional<int64_t>(0) : args.integer(2);
    const auto end = args.isNone(3) ? std::optional<int64_t>(kToTheEnd) : args.integer(3);
    if (!args.isActivation(0) || !dim || !start || !end || !step) {
        return std::nullopt;
    }
    const int64_t extent = args.shape(0)[static_cast<size_t>(*dim)];
    const bool toTheEnd = *end >= extent;
    OpenedOp opened{{}, {args.tensor(0)}};
    opened.alias = (*start == 0 || *start <= -extent) && toTheEnd && *step == 1;
    opened.attrs.set("dim", *dim);
    opened.attrs.set("start", *start);
    opened.attrs.set("end", toTheEnd ? kToTheEnd : *end);
    opened.attrs.set("step", *step);
    return opened;
}

}  // namespace

// attributes: dim, start, end (exclusive; the largest int64 for "to the end"), step. Negative positions count
// from the end.
void register_slice(OpRegistry& registry) {
    OpDef def;
    def.name = "slice";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::slice(in[0], attrs.get<int64_t>("dim"), attrs.get<int64_t>("start"),
                          attrs.get<int64_t>("end"), attrs.get<int64_t>("step", 1))};
    };
    def.aten = {{"aten::slice", open}};
    registry.add(def.name, def);
}

}  // namespace qs
