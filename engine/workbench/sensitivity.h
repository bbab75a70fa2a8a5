#pragma once

#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/caches.h"
#include "workbench/variant_part.h"

namespace qs {

/// Builds the variant and measures what each of its layers does to the outputs (analysis/sensitivity.h).
/// Usage error for a measure that is not known or cannot be taken.
Result<protocol::SensitivityResult> measureSensitivities(Caches& caches,
                                                         const protocol::SensitivityParams& params,
                                                         const PartialSensitivity& partial, Job& job);

}  // namespace qs
