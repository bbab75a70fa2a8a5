#pragma once

#include <string>

#include "protocol/messages.h"

namespace qs::cli {

/// A line a layer: what ran it, its times in both precisions, its place on the roofline, what restoring it
/// would cost; why better implementations were refused; boundaries; how the time adds up; what the linter
/// found.
std::string profileText(const protocol::VariantResult& variant);

/// summaryText() and what was found about accuracy, a line each.
std::string judgedText(const protocol::VariantResult& variant);

}  // namespace qs::cli
