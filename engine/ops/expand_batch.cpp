#include "ops/op.h"

namespace qs {

// inputs: x, and the network's first input, of which only the batch size is read.
// attributes: dim (of extent 1 in x), factor: the extent becomes factor * batch.
void register_expand_batch(OpRegistry& registry) {
    OpDef def;
    def.name = "expand_batch";
    def.category = OpCategory::Shape;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        std::vector<int64_t> shape = in[0].sizes().vec();
        shape.at(static_cast<size_t>(attrs.get<int64_t>("dim"))) =
            attrs.get<int64_t>("factor") * in[1].size(0);
        return {in[0].expand(shape)};
    };
    registry.add(def.name, def);
}

}  // namespace qs
