#pragma once

#include "protocol/messages.h"

namespace qs {

/// Fills what an editor of qconfigs needs to know: presets, modes, schemes, granularities, dtypes, observers
/// and algorithms. What cannot be had is what makeQConfig() refuses, in its words.
void describeQConfigs(protocol::EngineInfo& info);

}  // namespace qs
