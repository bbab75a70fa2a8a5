#pragma once

#include <string>

#include "protocol/messages.h"

namespace qs::cli {

/// Outputs, layers, what ran the file, notes, and at the end one line PASS or FAIL.
std::string verifyText(const protocol::VerifyResult& result);

}  // namespace qs::cli
