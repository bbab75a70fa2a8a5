#include "quant/presets/common.h"

namespace qs {

/// What TensorRT's explicit quantization takes: z = 0 everywhere.
void register_tensorrt(Registry<QConfig>& registry) {
    registry.add("tensorrt", symmetricPreset("tensorrt"));
}

}  // namespace qs
