#pragma once

#include <nlohmann/json.hpp>

#include "core/result.h"

namespace qs {

/// An object; null where there is no data. Text is made printable: it may quote any bytes.
nlohmann::json toJson(const ErrorData& data);

/// What toJson() wrote; members of other types are left out.
ErrorData readErrorData(const nlohmann::json& data);

}  // namespace qs
