#pragma once

#include <vector>

#include "core/result.h"
#include "graph/graph.h"
#include "protocol/messages.h"
#include "quant/algorithms/algorithm.h"
#include "quant/ptq.h"
#include "quant/qat.h"

namespace qs {

/// Between the protocol's words and the engine's own types.

Result<RuleSet> readRules(const std::vector<protocol::Rule>& rules);
/// Failure where an entry is no grid that kernels can take (gridProblem()).
Result<Calibration> readCalibration(const std::vector<protocol::TensorQParams>& qparams);
std::vector<protocol::TensorQParams> writeCalibration(const Calibration& calibration);
/// Engine types whatever the entries say: checkRecipe() and checkAlgorithms() have looked at them.
std::vector<AlgorithmStep> readAlgorithms(const std::vector<protocol::Algorithm>& algorithms);
std::vector<protocol::Algorithm> writeAlgorithms(const std::vector<AlgorithmStep>& steps);
QatSettings readQat(const protocol::QatSettings& settings);

/// The layer table: one entry a fusion group, in execution order. Shapes must be inferred.
std::vector<protocol::LayerInfo> describeLayers(const Graph& graph);

}  // namespace qs
