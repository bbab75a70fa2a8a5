#pragma once

#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/caches.h"

namespace qs {

/// Opens an exported file anew and holds it against the model and recipe; see protocol::VerifyParams. Where
/// the caller says nothing about preprocessing, the data is prepared as the file says.
Result<protocol::VerifyResult> verifyExport(Caches& caches, const protocol::VerifyParams& params, Job& job);

}  // namespace qs
