#pragma once

#include <string>

#include "protocol/messages.h"

namespace qs::cli {

/// A line a contestant with its time and its ratio to ours-int8; those that did not run with the reason; what
/// it was measured with.
std::string comparisonText(const protocol::ComparisonResult& comparison);

}  // namespace qs::cli
