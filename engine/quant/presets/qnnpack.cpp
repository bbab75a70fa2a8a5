#include "quant/presets/common.h"

namespace qs {

/// PyTorch's mobile default: full activation range, weights per tensor.
void register_qnnpack(Registry<QConfig>& registry) {
    registry.add("qnnpack", {"qnnpack", Mode::Static, histogramActivation(255),
                             symmetricWeight(Granularity::PerTensor, "min_max"), movingAverageActivation(255),
                             symmetricWeight(Granularity::PerTensor, "moving_average_min_max")});
}

}  // namespace qs
