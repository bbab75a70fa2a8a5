#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "protocol/messages.h"

namespace qs::app {

/// The example in an engine's message that asks for the shape of an input: "... give its size, for example
/// --input x=1x3x224x224". An input without a name where it says that a guess has failed; nothing where it
/// asks for no shape.
std::optional<protocol::TensorInfo> inputHint(const QString& message);

/// `inputs` with the one that the hint names replaced by it, or with it added.
std::vector<protocol::TensorInfo> withHint(std::vector<protocol::TensorInfo> inputs,
                                           const protocol::TensorInfo& hint);

/// "1x3x224x224", also with "×", "," or spaces between the extents; -1 or "?" is a free one. Nothing where it
/// is no shape.
std::optional<std::vector<int64_t>> parseShape(const QString& text);

}  // namespace qs::app
