#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporters/integer_range.h"
#include "exporters/onnx/builder.h"
#include "exporters/onnx/profile.h"
#include "graph/quantized_graph.h"

namespace qs {

/// Scale and zero point as tensors of an ONNX graph.
struct OnnxGrid {
    std::string scale;
    std::string zeroPoint;
};

/// Integers of an ONNX graph with what they mean.
struct OnnxIntegers {
    std::string tensor;
    OnnxGrid grid;
};

/// A float tensor that is quantized, under the name that it has in the float network too.
struct QuantizedTensor {
    ValueId value;
    std::string tensor;
    double scale = 0;
};

/// The activations of a QuantizedGraph as tensors of an ONNX graph in QDQ form: an integer value is the
/// result of a QuantizeLinear (or of an operator on integers), and its readers see it as real numbers through
/// a DequantizeLinear.
class OnnxValues {
  public:
    OnnxValues(const QuantizedGraph& graph, OnnxBuilder& builder, const OnnxProfile& profile);

    const OnnxProfile& profile() const { return profile_; }
    /// Extents besides the batch are free: a form that has them as numbers will not do where there is
    /// another.
    bool keepsExtentsFree() const { return keepsExtentsFree_; }
    void keepExtentsFree() { keepsExtentsFree_ = true; }

    /// Tensor that holds the value as real numbers.
    std::string real(ValueId id);
    /// An integer value as it is.
    OnnxIntegers integers(ValueId id) const;
    /// Says which tensor a float value is.
    void setReal(ValueId id, const std::string& tensor);
    /// Quantizes `real` to the integer value `id` of step `node`; `range` is what the step can produce.
    void setQuantized(const QNode& node, ValueId id, const std::string& real, const IntegerRange& range);
    /// Says which tensor of integers the value `id` of step `node` is, before it is narrowed to `range`.
    void setIntegers(const QNode& node, ValueId id, const OnnxIntegers& integers, const IntegerRange& range);

    /// The grid of a value that is yet to be set; a value that only passes through has its input's.
    OnnxGrid gridOf(const QNode& node, ValueId id);
    OnnxGrid grid(const std::string& base, const QParams& qparams,
                  const std::optional<OnnxElement>& element = {});

    /// `real` rounded to the grid of `qparams`, as real numbers again: where a runtime rounds between two
    /// ops. In `element`, over all of its numbers; absent: in bytes, over the range of `qparams`.
    std::string round(const std::string& layer, const std::string& real, const QParams& qparams,
                      const std::optional<OnnxElement>& element = {});

    /// A constant given as integers, as real numbers. `axis` says along which extent per-channel qparams lie.
    std::string constant(const std::string& name, const at::Tensor& integers, const at::Tensor& scale,
                         int64_t axis);
    /// The same as real numbers that a QuantizeLinear makes those integers of.
    std::string quantizedConstant(const std::string& name, const at::Tensor& integers,
                                  const at::Tensor& scale, int64_t axis);
    /// Weights whose numbers lie on `grid` (see packed()), as real numbers. Of a matrix that is to be
    /// `transposed` the result is [I, O]. Groups need opset 21 and a grid whose axis is 0.
    std::string weights(const std::string& name, const at::Tensor& numbers, const OnnxElement& element,
                        const QParams& grid, bool transposed);
    /// Integers with an activation's qparams, as real numbers.
    std::string constant(const std::string& name, const at::Tensor& integers, const QParams& qparams);

    /// Tensors that have been quantized, in order.
    const std::vector<QuantizedTensor>& quantized() const { return quantized_; }

  private:
    std::string narrowed(const std::string& layer, const std::string& base, const std::string& integers,
                         const QParams& qparams, const IntegerRange& range);

    const QuantizedGraph& graph_;
    OnnxBuilder& builder_;
    const OnnxProfile& profile_;
    bool keepsExtentsFree_ = false;
    // By value:
    std::vector<OnnxIntegers> integers_;  ///< of integer ones
    std::vector<std::string> reals_;      ///< once asked for
    std::vector<QuantizedTensor> quantized_;
};

}  // namespace qs
