#include "quant/qconfig.h"

namespace qs {

/// Not quantized: weighted layers multiply bfloat16 numbers and add them up in float32.
void register_bf16(Registry<QConfig>& registry) {
    QConfig qconfig;
    qconfig.name = "bf16";
    qconfig.mode = Mode::BFloat16;
    for (TensorQConfig* tensor :
         {&qconfig.activation, &qconfig.weight, &qconfig.qatActivation, &qconfig.qatWeight}) {
        tensor->dtype = DType::BFloat16;
    }
    registry.add("bf16", std::move(qconfig));
}

}  // namespace qs
