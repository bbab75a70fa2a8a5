#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// Operators that return their input in inference: the importer connects their readers to the input, so that a
// graph holds an identity only where an output needs a value of its own.
void register_identity(OpRegistry& registry) {
    OpDef def;
    def.name = "identity";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {in[0]};
    };
    const auto open = [](const Graph&, std::span<const AtenArg> args) -> std::optional<OpenedOp> {
        return OpenedOp{{}, {args[0].value}, /*alias=*/true};
    };
    const auto openDropout = [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
        const AtenArgs args(graph, raw);
        if (args.boolean(2) != false) {  // train
            return std::nullopt;
        }
        return OpenedOp{{}, {args.tensor(0)}, /*alias=*/true};
    };
    def.aten = {{"aten::contiguous", open},
                {"aten::detach", open},
                {"aten::dropout", openDropout},
                {"aten::dropout_", openDropout},
                {"aten::feature_dropout", openDropout}};
    registry.add(def.name, def);
}

}  // namespace qs
