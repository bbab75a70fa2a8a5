#pragma once

#include <ATen/core/Tensor.h>

#include "graph/quantized_graph.h"

namespace qs::test {

/// How far two results of one network are apart, in steps of the grid that its last integer value lies on.
struct Comparison {
    double worstLsb = 0;
    double meanLsb = 0;
    double withinOneLsb = 0;  ///< fraction of the elements
    double sameClass = 0;     ///< fraction of the rows with the same largest element
};

/// Both N x ...; `graph` says which grid the network's output lies on.
Comparison compareResults(const QuantizedGraph& graph, const at::Tensor& expected, const at::Tensor& actual);

/// The network in simulation.
at::Tensor runReference(const QuantizedGraph& graph, const at::Tensor& input);

}  // namespace qs::test
