#include <ATen/ops/add.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/mul.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

constexpr double kAlpha = 1.0 / 6, kBeta = 0.5;  // PyTorch's

std::optional<OpenedOp> open(const Graph& graph, std::span<const AtenArg> args) {
    auto opened = openUnary(graph, args);
    if (opened) {
        opened->attrs.set("alpha", kAlpha);
        opened->attrs.set("beta", kBeta);
    }
    return opened;
}

}  // namespace

// y = clamp(alpha * x + beta, 0, 1). attributes: alpha, beta.
void register_hard_sigmoid(OpRegistry& registry) {
    OpDef def;
    def.name = "hard_sigmoid";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.fixedOutput = FixedRange{0, 1};
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        const double alpha = attrs.get<double>("alpha"), beta = attrs.get<double>("beta");
        if (alpha == kAlpha && beta == kBeta) {
            return {at::hardsigmoid(in[0])};
        }
        return {at::clamp(at::add(at::mul(in[0], alpha), beta), 0, 1)};
    };
    def.aten = withInPlace("aten::hardsigmoid", open);
    registry.add(def.name, def);
}

}  // namespace qs
