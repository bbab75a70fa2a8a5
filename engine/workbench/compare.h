#pragma once

#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/caches.h"

namespace qs {

/// Builds the variant and times it beside the contestants, on the first sample of the data (comparison.h).
Result<protocol::ComparisonResult> compareVariant(Caches& caches, const protocol::CompareParams& params,
                                                  Job& job);

}  // namespace qs
