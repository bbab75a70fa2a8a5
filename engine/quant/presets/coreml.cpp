#include "quant/presets/common.h"

namespace qs {

/// Core ML's linear_symmetric: z = 0 for activations and weights.
void register_coreml(Registry<QConfig>& registry) {
    registry.add("coreml", symmetricPreset("coreml"));
}

}  // namespace qs
