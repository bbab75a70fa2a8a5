#pragma once

#include <string>
#include <vector>

#include "exporters/integer_range.h"
#include "exporters/onnx/builder.h"
#include "graph/quantized_graph.h"

namespace qs {

/// The activations of a QuantizedGraph as tensors of an ONNX graph in QDQ form: an integer value is the
/// result of a QuantizeLinear, and its readers see it as real numbers through a DequantizeLinear.
///
/// QuantizeLinear saturates at the limits of its type only. Where a value's range is narrower (an upper clip,
/// or the 0..127 of reduced range), a Clip on the integers follows it: that is exact, and unlike a Clip on
/// the real numbers it leaves the pattern that runtimes fuse intact.
class OnnxValues {
  public:
    OnnxValues(const QuantizedGraph& graph, OnnxBuilder& builder);

    /// Tensor that holds the value as real numbers.
    std::string real(ValueId id);
    /// Tensor that holds the integers of an integer value.
    const std::string& integers(ValueId id) const { return integers_.at(static_cast<size_t>(id.index)); }
    /// Says which tensor a float value is.
    void setReal(ValueId id, const std::string& tensor);
    /// Quantizes `real` to the integer value `id` of step `node`; `range` is what the step can produce.
    void setQuantized(const QNode& node, ValueId id, const std::string& real, const IntegerRange& range);

    /// `real` rounded to the grid of `qparams`, as real numbers again: where a runtime rounds between two
    /// ops.
    std::string round(const std::string& layer, const std::string& real, const QParams& qparams);

    /// A constant given as integers, as real numbers. `axis` says along which extent per-channel qparams lie.
    std::string constant(const std::string& name, const at::Tensor& integers, const at::Tensor& scale,
                         int64_t axis);

  private:
    struct Grid {
        std::string scale;
        std::string zeroPoint;
    };

    Grid grid(const std::string& base, const QParams& qparams);

    const QuantizedGraph& graph_;
    OnnxBuilder& builder_;
    // By value:
    std::vector<std::string> integers_;  ///< of integer ones
    std::vector<Grid> grids_;            ///< of integer ones
    std::vector<std::string> reals_;     ///< once asked for
};

}  // namespace qs
