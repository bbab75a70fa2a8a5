#pragma once

#include "core/job.h"
#include "core/result.h"
#include "isolation/output_set.h"
#include "protocol/messages.h"
#include "workbench/caches.h"

namespace qs {

/// Builds the variant and puts its files for the target into `outputs`, where they are claimed; see
/// protocol::ExportParams. What can be refused is refused before the work or, where it depends on the
/// network, before anything is written.
Result<protocol::ExportResult> exportVariant(Caches& caches, const protocol::ExportParams& params,
                                             OutputSet& outputs, Job& job);

}  // namespace qs
