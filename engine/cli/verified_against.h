#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "protocol/messages.h"

namespace qs::cli {

/// What an exported file is held against.
struct VerifiedAgainst {
    std::string model;
    std::optional<protocol::Recipe> recipe;  ///< absent: the one that the file carries
    std::optional<protocol::DataSpec> data;  ///< what a project was measured on
    std::vector<protocol::TensorInfo> inputs;
};

/// A model file, or a project of the workbench (.qsproj): then with the recipe of its variant `variant`, or,
/// where that is empty, of its current or only one. Paths in a project are meant from its folder. Usage error
/// where a project has no such variant, and for a variant of a model.
Result<VerifiedAgainst> readAgainst(const std::string& path, const std::string& variant);

}  // namespace qs::cli
