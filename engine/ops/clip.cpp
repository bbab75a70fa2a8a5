#include <ATen/ops/clamp.h>

#include <algorithm>
#include <limits>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// attributes: min, max in real units (ReLU6: 0 and 6); infinite where there is no bound.
void register_clip(OpRegistry& registry) {
    OpDef def;
    def.name = "clip";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.role = OpRole::Clamp;
    def.clamp = [](const Attributes& attrs) {
        return FusedActivation{FusedActivation::Kind::Clip, attrs.get<double>("min"),
                               attrs.get<double>("max")};
    };
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::clamp(in[0], attrs.get<double>("min"), attrs.get<double>("max"))};
    };
    const auto open = [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
        const AtenArgs args(graph, raw);
        const auto low = args.number(1), high = args.number(2);
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        if (!low || !high || *high == -kInfinity || std::min(*low, *high) == kInfinity) {
            return std::nullopt;  // the last two make one number of everything
        }
        OpenedOp opened{{}, {args.tensor(0)}};
        opened.attrs.set("min", std::min(*low, *high));  // bounds that cross: all values are the upper one
        opened.attrs.set("max", *high);
        opened.alias = *low == -kInfinity && *high == kInfinity;
        return opened;
    };
    const auto openRelu6 = [](const Graph&, std::span<const AtenArg> args) -> std::optional<OpenedOp> {
        OpenedOp opened{{}, {args[0].value}};
        opened.attrs.set("min", 0.0);
        opened.attrs.set("max", 6.0);
        return opened;
    };
    def.aten = {{"aten::hardtanh", open}, {"aten::hardtanh_", open},  {"aten::clamp", open},
                {"aten::clamp_", open},   {"aten::relu6", openRelu6}, {"aten::relu6_", openRelu6}};
    registry.add(def.name, def);
}

}  // namespace qs
