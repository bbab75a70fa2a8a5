#include "protocol/messages/variant_spec.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<VariantSpec> auto& v) {
    visit("model", v.model);
    visit("data", v.data);
    visit("inputs", v.inputs);
    visit("recipe", v.recipe);
    visit("calib_data", v.calib_data);
}

QS_DEFINE_JSON(VariantSpec)

}  // namespace qs::protocol
