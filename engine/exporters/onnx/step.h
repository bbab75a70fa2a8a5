#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "exporters/onnx/builder.h"
#include "exporters/onnx/values.h"
#include "exporters/operands.h"
#include "graph/quantized_graph.h"

namespace qs {

/// One step while it is written: its operator's tensors and arguments, and the nodes that it appends. Tensors
/// of the ONNX graph are known by name.
class OnnxStep {
  public:
    OnnxStep(const QuantizedGraph& graph, const QNode& node, OnnxBuilder& builder, OnnxValues& values);

    const QNode& node() const { return node_; }
    const Attributes& attrs() const { return node_.attrs; }
    const QuantizedGraph& graph() const { return graph_; }
    OnnxBuilder& builder() const { return builder_; }
    OnnxValues& values() const { return values_; }
    const OnnxProfile& profile() const { return values_.profile(); }
    int opset() const { return builder_.opset(); }
    bool isInteger() const { return graph_.isInteger(node_); }
    /// Arguments of a carried operator.
    const CarriedArguments& arguments() const { return arguments_; }

    size_t operandCount() const { return operands_.size(); }
    const Operand& operand(size_t i) const { return operands_.at(i); }
    /// The operator's tensor `i`, integers as real numbers, constants as initializers.
    std::string tensor(size_t i) const;
    /// Any tensor that has the shape of tensor `i`.
    std::string shaped(size_t i) const;
    Shape shape(size_t i) const;
    at::ScalarType dtype(size_t i) const;
    size_t rank(size_t i = 0) const { return shape(i).size(); }
    const QValue& output(size_t i = 0) const { return graph_.value(node_.outputs.at(i)); }
    /// `axis`, which may count from the end, counted from the front of tensor `i`.
    int64_t fromFront(int64_t axis, size_t i = 0) const;
    /// The argument of a carried operator as an axis of its first tensor, or nothing.
    std::optional<int64_t> axisArgument(size_t argument) const;

    /// Appends the step's main node, which is named as its layer.
    std::string main(const std::string& op, const std::vector<std::string>& inputs,
                     const OnnxAttributes& attributes = {}) const;
    /// Appends a further node of the step.
    std::string side(const std::string& op, const std::vector<std::string>& inputs,
                     const OnnxAttributes& attributes = {}) const;
    /// The main node of an op with one result for each of the step's outputs.
    std::vector<std::string> mainSeveral(const std::string& op, const std::vector<std::string>& inputs,
                                         const OnnxAttributes& attributes = {}) const;

    std::string scalar(double value, at::ScalarType dtype = at::kFloat) const;
    /// A bound of a Clip: no input where it is infinite.
    std::string bound(double value) const { return std::isinf(value) ? "" : scalar(value); }
    std::string integers(const std::vector<int64_t>& values) const;
    std::string floats(const std::vector<double>& values) const;
    std::string constant(const std::string& name, const at::Tensor& tensor) const;
    std::string cast(const std::string& tensor, at::ScalarType to) const;
    /// The result of a node that others of this step follow: rounded to the step's grid where each node of an
    /// integer step has to end in integers. For steps whose values only move, or whose result it is already.
    std::string between(const std::string& tensor) const;
    /// Reduces `x` over `axes` with ReduceMean, ReduceMax, ...; the op has its own opset's form.
    std::string reduce(const std::string& op, const std::string& x, const std::vector<int64_t>& axes,
                       bool keepdim, bool isMain) const;
    /// `count` equal parts of tensor 0 along `axis`.
    std::vector<std::string> split(int64_t axis, size_t count) const;

    /// The step cannot be written; `what` names the operator or the form of it.
    Error noForm(const std::string& what) const;
    Error noForm() const;

  private:
    const QuantizedGraph& graph_;
    const QNode& node_;
    OnnxBuilder& builder_;
    OnnxValues& values_;
    std::vector<Operand> operands_;
    CarriedArguments arguments_;
};

using OnnxResult = Result<std::string>;
using OnnxResults = Result<std::vector<std::string>>;

/// How an op is written, on real numbers: appends nodes and returns the names of its outputs.
using OnnxForm = std::function<OnnxResults(const OnnxStep&)>;

/// Forms by op entry or ATen name without overload ("aten::erf"); engine/exporters/onnx, one family a file.
using OnnxForms = Registry<OnnxForm>;
const OnnxForms& onnxForms();

/// The form of an op with one output.
OnnxForm single(const std::function<OnnxResult(const OnnxStep&)>& form);
/// One ONNX node on the operator's tensors.
OnnxForm nodeForm(const std::string& op);

/// Appends the step: its op and activation on real numbers, then quantization where its result is integer.
/// An error names the layer.
Status emitOnnx(const OnnxStep& step);

}  // namespace qs
