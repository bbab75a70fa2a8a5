#include "quant/presets/common.h"

namespace qs {

/// What TensorRT's explicit quantization takes: z = 0 everywhere, and residual adds inside of convolutions.
void register_tensorrt(Registry<QConfig>& registry) {
    QConfig qconfig = symmetricPreset("tensorrt");
    qconfig.roundsBeforeAdd = false;
    registry.add("tensorrt", std::move(qconfig));
}

}  // namespace qs
