#pragma once

#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/models.h"

namespace qs {

/// Builds the variant and writes it for the target; see protocol::ExportParams. What can be refused is
/// refused before the work or, where it depends on the network, before anything is written. A cancelled job
/// writes nothing.
Result<protocol::ExportResult> exportVariant(Models& models, const protocol::ExportParams& params, Job& job);

}  // namespace qs
