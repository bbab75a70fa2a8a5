#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "graph/graph.h"
#include "protocol/messages.h"

namespace qs {

/// Every recipe passes here before it is used, wherever it came from: a file, a project, the metadata of an
/// export, or a request.

/// Counts, batches, runs, the backend, the algorithms, and the settings of training, as far as they can be
/// told without a model. Usage error naming the key and what it may be.
Status checkRecipe(const protocol::Recipe& recipe);

/// What is wrong with single rules: a preset that there is not, a key that finds nothing in the model (a
/// layer, a match of its pattern, an op that there is). Usage error where there are too many of them.
Result<std::vector<protocol::RuleProblem>> ruleProblems(const std::vector<protocol::Rule>& rules,
                                                        const Graph& graph);

/// That every rule has a preset that there is and finds something in the model (a layer, a match of its
/// pattern, an op that there is). Usage error naming the rule's key and the nearest names.
Status checkRules(const std::vector<protocol::Rule>& rules, const Graph& graph);

/// That every entry is a grid that kernels can take (gridProblem()) of a tensor that the model has, and the
/// only one of it. Failure naming the tensor.
Status checkCalibration(const std::vector<protocol::TensorQParams>& entries, const Graph& graph);

/// That what algorithms chose is for layers that the model has and that have a bias, each once, and of the
/// right size and finite. Failure naming the layer.
Status checkAlgorithms(const std::vector<protocol::Algorithm>& algorithms, const Graph& graph);

}  // namespace qs
