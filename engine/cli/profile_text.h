#pragma once

#include <string>
#include <vector>

#include "analysis/linter/linter.h"
#include "protocol/messages.h"

namespace qs::cli {

/// A line a layer: what ran it, its times in both precisions, its place on the roofline, what restoring it
/// would cost; why better implementations were refused; boundaries; how the time adds up; what the linter
/// found.
std::string profileText(const protocol::VariantResult& variant);

/// What rules of the concern found, a line each under a heading; nothing where they found nothing.
std::string findingsText(const std::vector<protocol::Finding>& findings, LintConcern concern);

}  // namespace qs::cli
