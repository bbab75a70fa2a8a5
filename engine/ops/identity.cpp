#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

std::optional<OpenedOp> openAlias(const Graph&, std::span<const AtenArg> args) {
    return OpenedOp{{}, {args[0].value}, /*alias=*/true};
}

std::optional<OpenedOp> openDropout(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    const bool drops = args.boolean(2) != false && args.number(1) != 0.0;  // train, p
    return drops ? std::nullopt : openAlias(graph, raw);
}

bool isFloat(const Value& value) {
    return value.dtype == at::kFloat;
}

/// x.to(dtype, ..), x.to(device, dtype, ..), x.to(other): nothing happens to a float32 tensor that stays one.
std::optional<OpenedOp> openConversion(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    if (!args.isTensor(0) || !isFloat(args.value(0)) || args.size() < 2) {
        return std::nullopt;
    }
    if (args.isTensor(1)) {
        return isFloat(args.value(1)) ? openAlias(graph, raw) : std::nullopt;
    }
    const size_t dtype = args.integer(1) ? 1 : 2;
    const bool keepsType =
        args.isNone(dtype) || args.integer(dtype) == static_cast<int64_t>(at::ScalarType::Float);
    return keepsType ? openAlias(graph, raw) : std::nullopt;
}

}  // namespace

// Operators that return their input in inference: the importer connects their readers to the input, so that a
// graph holds an identity only where an output needs a value of its own.
void register_identity(OpRegistry& registry) {
    OpDef def;
    def.name = "identity";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.role = OpRole::Identity;
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {in[0]};
    };
    for (const char* schema : {"aten::alias", "aten::clone", "aten::contiguous", "aten::detach", "aten::lift",
                               "aten::lift_fresh", "aten::requires_grad_"}) {
        def.aten.push_back({schema, openAlias});
    }
    for (const char* schema :
         {"aten::alpha_dropout", "aten::dropout", "aten::feature_alpha_dropout", "aten::feature_dropout"}) {
        for (const auto& binding : withInPlace(schema, openDropout)) {
            def.aten.push_back(binding);
        }
    }
    def.aten.push_back({"aten::to", openConversion});
    def.aten.push_back({"aten::type_as", openConversion});
    registry.add(def.name, def);
}

}  // namespace qs
