#pragma once

#include <spdlog/spdlog.h>

namespace qs {

/// Sends spdlog's default logger to stderr (stdout belongs to JSON and the protocol) at the level named by
/// QSCOPE_LOG (trace, debug, info, warn, error, off), warn by default.
void setUpLogging();

}  // namespace qs
