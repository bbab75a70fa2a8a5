#include "quant/presets/common.h"

namespace qs {

/// PyTorch's x86 engine chooses between FBGEMM and oneDNN at run time, so it keeps FBGEMM's reduced range.
void register_x86(Registry<QConfig>& registry) {
    registry.add("x86", perChannelPreset("x86", 127));
}

}  // namespace qs
