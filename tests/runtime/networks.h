#pragma once

#include <functional>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "runtime/executor.h"
#include "runtime/reference/node.h"

namespace qs::test {

/// A residual block between a stem and a classifier: every kind of step, and residuals that die in the
/// addition, live on after it, or are the convolution's own input. Takes N x 3 x 32 x 32.
QuantizedGraph residualNetwork(std::mt19937& random);

/// What a step is held against.
using Reference = std::function<std::vector<at::Tensor>(const QuantizedGraph&, const QNode&,
                                                        std::span<const at::Tensor> inputs)>;

/// The reference of two operators where a residual is added: the product on QNode::preAdd, then the sum.
std::vector<at::Tensor> runRoundingBeforeAdd(const QuantizedGraph& graph, const QNode& node,
                                             std::span<const at::Tensor> inputs);

/// Feeds every step of `executor` what it really got and compares with `reference`: floats equal, integers
/// within 1 LSB on 99.9 % and equal on at least `exactShare`. The outputs are those of the last steps.
void expectEveryStepMatches(Executor& executor, std::span<const at::Tensor> inputs, double exactShare,
                            const Reference& reference = runReferenceNode);

/// An input of a step: random integers where it has qparams, else random floats.
struct StepInput {
    Shape shape;
    std::optional<QParams> qparams;
};

/// One step between its own boundaries, with inputs for it alone and for the network.
struct OneStep {
    QuantizedGraph graph;
    size_t node = 0;
    std::vector<at::Tensor> inputs;         ///< of the step
    std::vector<at::Tensor> networkInputs;  ///< floats
};

/// `y`: the result's qparams, absent for floats.
OneStep oneStep(QNode node, const std::vector<StepInput>& inputs, const std::optional<QParams>& y,
                std::mt19937& random);

}  // namespace qs::test
