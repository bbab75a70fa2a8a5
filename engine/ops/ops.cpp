#include <unordered_map>

#include "ops/aten_args.h"
#include "ops/op.h"
#include "ops/opaque.h"

namespace qs {

std::optional<int64_t> AtenArgs::integer(size_t i) const {
    return !isTensor(i) && args_[i].constant.isInt() ? std::optional(args_[i].constant.toInt())
                                                     : std::nullopt;
}

std::optional<bool> AtenArgs::boolean(size_t i) const {
    return !isTensor(i) && args_[i].constant.isBool() ? std::optional(args_[i].constant.toBool())
                                                      : std::nullopt;
}

std::optional<double> AtenArgs::number(size_t i) const {
    if (!isTensor(i) && args_[i].constant.isDouble()) {
        return args_[i].constant.toDouble();
    }
    const auto value = integer(i);
    return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
}

std::optional<std::vector<int64_t>> AtenArgs::ints(size_t i) const {
    return !isTensor(i) && args_[i].constant.isIntList() ? std::optional(args_[i].constant.toIntVector())
                                                         : std::nullopt;
}

std::pair<const OpDef*, const AtenBinding*> findAten(std::string_view schema) {
    static const auto index = [] {
        std::unordered_map<std::string_view, std::pair<const OpDef*, const AtenBinding*>> bindings;
        for (const auto& [name, def] : ops().entries()) {
            for (const auto& binding : def.aten) {
                bindings[binding.schema] = {&def, &binding};
            }
        }
        return bindings;
    }();
    const auto it = index.find(schema);
    return it == index.end() ? std::pair<const OpDef*, const AtenBinding*>{} : it->second;
}

std::vector<at::Tensor> runFloat(const std::string& op, const Attributes& attrs,
                                 std::span<const at::Tensor> inputs) {
    const OpDef* def = ops().find(op);
    return def ? def->forward(attrs, inputs) : runOpaque(op, attrs, inputs);
}

int64_t countMacs(const Graph& graph, const Node& node) {
    const OpDef* def = ops().find(node.op);
    return def && def->macs ? def->macs(graph, node) : 0;
}

}  // namespace qs
