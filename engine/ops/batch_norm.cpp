#include <ATen/ops/batch_norm.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// inputs: x [N, C, ...], weight (gamma), bias (beta), running_mean, running_var, each [C]. attributes: eps;
// what training asks for: momentum (the share of a batch in the running statistics), batches (where they are
// averages over all batches, whatever the momentum: how many they are of), affine (false: weight and bias are
// ones and zeros, which are not trained), frozen (a constant scale and shift: neither parameters nor
// statistics change).
void register_batch_norm(OpRegistry& registry) {
    OpDef def;
    def.name = "batch_norm";
    def.category = OpCategory::Normalization;
    def.parameters = {"", "weight", "bias", "running_mean", "running_var"};
    def.quant = QuantKind::Observed;
    def.role = OpRole::NormalizeChannels;
    def.takesActivation = true;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::batch_norm(in[0], in[1], in[2], in[3], in[4], /*training=*/false, /*momentum=*/0.1,
                               attrs.get<double>("eps"), /*cudnn_enabled=*/false)};
    };
    def.aten = {
        {"aten::batch_norm", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             const auto eps = args.number(7), momentum = args.number(6);
             if (args.boolean(5) != false || !eps || !momentum) {  // training
                 return std::nullopt;
             }
             OpenedOp opened;
             opened.attrs.set("eps", *eps);
             opened.attrs.set("momentum", *momentum);
             for (size_t i = 0; i < 5; ++i) {
                 if (i > 0 && !args.isConstantTensor(i)) {
                     return std::nullopt;
                 }
                 opened.inputs.push_back(args.tensor(i));
             }
             return opened;
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
