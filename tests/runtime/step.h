#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/executor.h"
#include "support/quantized_graph_builder.h"

namespace qs::test {

/// Activations of both integer types, with zero points at the ends and between, and one of reduced range.
const std::vector<QParams>& inputTypes();

/// quantize each input -> node -> dequantize, on oneDNN, with random integers for the node and random floats
/// for the whole.
struct Step {
    std::unique_ptr<Executor> executor;
    std::vector<at::Tensor> integers;
    std::vector<at::Tensor> floats;

    Step(const QNode& node, const std::vector<Shape>& shapes, const std::vector<QParams>& qparams,
         const QParams& y, unsigned seed = 1);

    /// Every byte of every input becomes the end of the range that `high` says.
    void fillWithEnd(size_t input, bool high);
    std::string implementation();
    /// The node against the reference on one thread and on two: within 1 LSB on 99.9 %, and at least a share
    /// `exact` equal.
    void expectMatches(double exact);
    /// The same, and what ran it.
    void expectMatches(const std::string& wanted, double exact);

  private:
    std::vector<QParams> qparams_;
};

/// Float inputs of the given shapes into one step; compares with ATen and returns what ran it.
std::string testFloat(QNode node, const std::vector<Shape>& shapes, unsigned seed);

/// Whether `implementation` is no fallback, but for sums that saturate on a processor without VNNI.
bool isFast(const std::string& implementation);

}  // namespace qs::test
