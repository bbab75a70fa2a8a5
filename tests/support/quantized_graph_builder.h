#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs::test {

/// Activation qparams over the whole range of the type unless told.
QParams activation(DType dtype, double scale, int64_t zeroPoint);
/// The same with the top bit left unused (reduce_range).
QParams reduced(QParams qparams);

/// Writes QuantizedGraphs by hand.
class QuantizedGraphBuilder {
  public:
    ValueId input(Shape shape);
    ValueId quantize(ValueId x, const QParams& qparams);
    ValueId dequantize(ValueId x);
    ValueId requantize(ValueId x, const QParams& qparams);
    /// Appends `node` reading `inputs`; its result is integer with `qparams`, or float where they are absent.
    ValueId add(QNode node, std::vector<ValueId> inputs, std::optional<QParams> qparams = {});
    /// The same with several results of the same qparams.
    std::vector<ValueId> addSeveral(QNode node, std::vector<ValueId> inputs, size_t results,
                                    const std::optional<QParams>& qparams = {});
    void output(ValueId x);

    QuantizedGraph take() { return std::move(graph_); }
    const QuantizedGraph& graph() const { return graph_; }

  private:
    ValueId newValue(Shape shape, std::optional<QParams> qparams);
    QuantizedGraph graph_;
};

/// What a random convolution or linear layer is drawn with.
struct WeightedSpec {
    int64_t in = 8, out = 8;
    int64_t kernel = 3, stride = 1, padding = 1, dilation = 1, groups = 1;
    bool perChannel = true;
    bool bias = true;
    FusedActivation activation = {};
    bool hasAdd = false;
};

/// Weights and biases drawn from `random`; `input` makes the step integer.
QNode randomConv2d(const WeightedSpec& spec, std::mt19937& random, const std::optional<QParams>& input);
/// The transposed form: x [N, in, H, W] to [N, out, ...], weight [in, out / groups, kernel, kernel].
QNode randomConvTranspose2d(const WeightedSpec& spec, int64_t outputPadding, std::mt19937& random,
                            const std::optional<QParams>& input);
QNode randomLinear(const WeightedSpec& spec, std::mt19937& random, const std::optional<QParams>& input);
QNode plainNode(std::string op, Attributes attrs = {});
QNode poolNode(std::string op, int64_t kernel, int64_t stride, int64_t padding, bool ceilMode = false);

at::Tensor randomFloats(Shape shape, std::mt19937& random, float low = -1, float high = 1);
/// uint8 or int8 values within the qparams' range.
at::Tensor randomIntegers(Shape shape, std::mt19937& random, const QParams& qparams);

FusedActivation relu();
FusedActivation clip(double low, double high);

}  // namespace qs::test
