#pragma once

#include <string>
#include <vector>

#include "protocol/messages.h"

namespace qs::samples {

/// What an engine could say of rules, worked out by a plain loop.
protocol::QConfigPreview preview(const protocol::ModelInfo& model, const std::vector<protocol::Rule>& rules);

/// Index of the rule that wins for a layer, -1: none.
int winningRule(const std::vector<protocol::Rule>& rules, const protocol::LayerInfo& layer);

/// What the qconfig of a rule could make of a layer: "int8", "w4a8", "fp32".
std::string precisionOf(const std::vector<protocol::Rule>& rules, const protocol::LayerInfo& layer);

}  // namespace qs::samples
