#pragma once

#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/caches.h"

namespace qs {

/// See protocol::HistogramParams. Safe from any thread.
Result<protocol::LayerHistogram> histogramOf(Caches& caches, const protocol::HistogramParams& params);

}  // namespace qs
