#include "quant/presets/common.h"

namespace qs {

/// PyTorch's server default on x86: reduced activation range (0..127), because vpmaddubsw adds pairs of
/// products in 16 bits and saturates with 8 bits of each.
void register_fbgemm(Registry<QConfig>& registry) {
    registry.add("fbgemm", perChannelPreset("fbgemm", 127));
}

}  // namespace qs
