#include "quant/presets/common.h"

namespace qs {

/// Full activation range, for CPUs with VNNI, whose products add up in 32 bits.
void register_onednn(Registry<QConfig>& registry) {
    registry.add("onednn", perChannelPreset("onednn", 255));
}

}  // namespace qs
