#pragma once

#include "core/job.h"

namespace qs::cli {

/// From now on SIGINT and SIGTERM cancel `token` instead of ending the process; a second one ends it.
void cancelOnInterrupt(const CancelToken& token);

}  // namespace qs::cli
