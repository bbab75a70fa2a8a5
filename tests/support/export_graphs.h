#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs::test {

/// Shape and precision of a convolution or linear layer to be added.
struct LayerSpec {
    int64_t outputs = 8;
    int64_t kernel = 3;
    int64_t stride = 1;
    int64_t groups = 1;
    bool bias = true;
    bool perChannel = true;
    double headroom = 1;  ///< how many times wider than what the sample needs the output's grid is
    FusedActivation activation{};
    std::optional<ValueId> residual{};
};

inline constexpr FusedActivation relu{FusedActivation::Kind::Relu, 0, 0};
inline constexpr FusedActivation relu6{FusedActivation::Kind::Clip, 0, 6};

/// Largest uint8 activation whose products with int8 weights no kernel of this CPU adds up with saturation:
/// 255, or 127 without VNNI.
int64_t safeQuantMax();

/// Builds small quantized networks by hand: weights are random from a fixed seed, and activation qparams come
/// from the range that each value takes on the sample input. A layer whose input is integer is an integer
/// layer.
class QuantizedGraphBuilder {
  public:
    explicit QuantizedGraphBuilder(int64_t quantMax = safeQuantMax()) : quantMax_(quantMax) {}

    /// Images of random pixels, N x C x H x W.
    ValueId input(const std::string& name, Shape shape);
    /// An input of any type, given by a sample.
    ValueId input(const std::string& name, const at::Tensor& sample);
    ValueId quantize(const std::string& layer, ValueId x);
    ValueId dequantize(const std::string& layer, ValueId x);
    /// The integers of `layer` on a grid `headroom` times wider than what the sample needs.
    ValueId requantize(const std::string& layer, ValueId x, double headroom);
    ValueId conv2d(const std::string& layer, ValueId x, const LayerSpec& spec);
    ValueId conv3d(const std::string& layer, ValueId x, const LayerSpec& spec);
    /// One scale for all weights; `perChannel` must be false.
    ValueId convTranspose2d(const std::string& layer, ValueId x, const LayerSpec& spec);
    ValueId linear(const std::string& layer, ValueId x, const LayerSpec& spec);
    ValueId add(const std::string& layer, ValueId a, ValueId b, FusedActivation activation = {});
    /// An op that takes one activation, then constants: pooling, flatten, relu, batch norm, opaque ones.
    ValueId apply(const std::string& op, const std::string& layer, ValueId x, Attributes attrs,
                  std::vector<at::Tensor> constants = {});
    /// Any op without weights of its own on its operands in order. It is an integer step if its first
    /// activation is integer; its outputs' qparams are the input's, the op's own, or what the samples need.
    std::vector<ValueId> step(const std::string& op, const std::string& layer,
                              const std::vector<std::variant<ValueId, at::Tensor>>& operands,
                              Attributes attrs = {});
    void output(const std::string& name, ValueId x);

    const QuantizedGraph& graph() const { return graph_; }
    const at::Tensor& sample(ValueId id) const { return samples_.at(id); }

  private:
    bool isInteger(ValueId id) const { return graph_.value(id).isInteger(); }
    QParams activationQParams(const at::Tensor& sample, double headroom = 1) const;
    ValueId newValue(const std::string& name, const at::Tensor& sample, std::optional<QParams> qparams);
    ValueId append(QNode node, const std::string& name, const at::Tensor& sample,
                   std::optional<QParams> qparams);
    ValueId weighted(QNode node, const LayerSpec& spec, const Shape& weightShape);

    int64_t quantMax_;
    uint64_t seed_ = 1;
    QuantizedGraph graph_;
    std::map<ValueId, at::Tensor> samples_;
};

/// A hand-made network and an input for it.
struct ExportCase {
    std::string name;
    QuantizedGraph graph;
    at::Tensor input;
};

/// Attributes of a carried operator that takes nothing but one tensor.
Attributes unaryArguments();

/// Each pattern that exporters treat in a way of its own, and one network that has them all.
std::vector<ExportCase> exportCases();
/// Whether QNNPACK loads the network's TorchScript file: it has no integer convolutions of volumes.
bool loadsOnQnnpack(const QuantizedGraph& graph);
/// Its name for messages and test names.
void PrintTo(const ExportCase& exportCase, std::ostream* out);

}  // namespace qs::test
