#include <ATen/core/Tensor.h>

#include "ops/op.h"

namespace qs {

// Repeats what is the same for every sample (a class token). inputs: x with one element along `dim`, and a
// tensor whose first extent is the batch. attributes: dim, factor (elements along it for each sample).
// Importers make it; no aten:: operator stands for it.
void register_expand_batch(OpRegistry& registry) {
    OpDef def;
    def.name = "expand_batch";
    def.category = OpCategory::Shape;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        std::vector<int64_t> shape(static_cast<size_t>(in[0].dim()), -1);
        shape.at(static_cast<size_t>(attrs.get<int64_t>("dim"))) =
            in[1].size(0) * attrs.get<int64_t>("factor", 1);
        return {in[0].expand(shape)};
    };
    registry.add(def.name, def);
}

}  // namespace qs
