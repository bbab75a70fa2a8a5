#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "isolation/output_set.h"

namespace qs {

nlohmann::json toJson(const std::vector<OutputClaim>& claims);
nlohmann::json toJson(const std::vector<OutputInput>& inputs);
/// Throw nlohmann::json::exception for anything else.
std::vector<OutputClaim> readClaims(const nlohmann::json& claims);
std::vector<OutputInput> readInputs(const nlohmann::json& inputs);

}  // namespace qs
