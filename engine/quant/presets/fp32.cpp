#include "quant/qconfig.h"

namespace qs {

/// Not quantized: what a restored layer gets.
void register_fp32(Registry<QConfig>& registry) {
    QConfig qconfig;
    qconfig.name = "fp32";
    qconfig.mode = Mode::Float32;
    for (TensorQConfig* tensor :
         {&qconfig.activation, &qconfig.weight, &qconfig.qatActivation, &qconfig.qatWeight}) {
        tensor->dtype = DType::Float32;
    }
    registry.add("fp32", std::move(qconfig));
}

}  // namespace qs
