#pragma once

#include <QString>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "protocol/messages.h"

namespace qs::app {

/// The example in an engine's error that asks for the shape of an input ({"input": "x", "shape": [1, 3, 224,
/// 224]}). An input without a name where a guess has failed; nothing where it asks for no shape.
std::optional<protocol::TensorInfo> inputHint(const nlohmann::json& errorData);

/// `inputs` with the one that the hint names replaced by it, or with it added.
std::vector<protocol::TensorInfo> withHint(std::vector<protocol::TensorInfo> inputs,
                                           const protocol::TensorInfo& hint);

/// "1x3x224x224", also with "×", "," or spaces between the extents; -1 or "?" is a free one. Nothing where it
/// is no shape.
std::optional<std::vector<int64_t>> parseShape(const QString& text);

}  // namespace qs::app
