#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "importers/tracer.h"

namespace onnx {
class AttributeProto;
class GraphProto;
class NodeProto;
}  // namespace onnx

namespace qs {

class OnnxModel;

/// One run over a model's nodes at given input shapes, and how many were executed: loops are unrolled, and a
/// damaged model must not run for ever.
struct OnnxTrace {
    Tracer& tracer;
    OnnxModel& model;
    int64_t steps = 0;
};

/// What the handler of an ONNX operator gets: the node's attributes and inputs, and a pen to write ATen
/// operators with. Every function that finds something wrong throws ImportError with the node's name.
///
/// A handler is the same for constants and activations: see Tracer. Shapes are known either way.
class OnnxNode {
  public:
    using Arguments = std::vector<c10::IValue>;
    /// Runs a graph attribute on its inputs; it also sees the values around the node.
    using RunBody =
        std::function<std::vector<at::Tensor>(const ::onnx::GraphProto&, const std::vector<at::Tensor>&)>;

    OnnxNode(OnnxTrace& trace, const ::onnx::NodeProto& proto, int64_t opset, std::vector<at::Tensor> inputs,
             RunBody runBody);

    const std::string& op() const;
    /// Version of the operator's domain that the model was written for.
    int64_t opset() const { return opset_; }

    /// Attributes. An attribute of another type than asked for fails.
    bool has(const std::string& attribute) const { return find(attribute) != nullptr; }
    int64_t integer(const std::string& attribute, int64_t fallback) const;
    /// An integer that counts something, or divides: `least` to 2^31 - 1.
    int64_t count(const std::string& attribute, int64_t fallback, int64_t least = 1) const;
    double number(const std::string& attribute, double fallback) const;
    std::string text(const std::string& attribute, const std::string& fallback) const;
    /// Empty where the attribute is absent.
    std::vector<int64_t> ints(const std::string& attribute) const;
    std::vector<double> numbers(const std::string& attribute) const;
    std::vector<std::string> texts(const std::string& attribute) const;
    std::optional<at::Tensor> tensor(const std::string& attribute) const;
    const ::onnx::GraphProto& graph(const std::string& attribute) const;

    size_t inputCount() const { return inputs_.size(); }
    bool hasInput(size_t index) const { return index < inputs_.size() && inputs_[index].defined(); }
    const at::Tensor& input(size_t index) const;
    /// The input, or None for ATen where it is left out.
    c10::IValue optionalInput(size_t index) const;
    /// All inputs; none may be left out.
    const std::vector<at::Tensor>& inputs() const;
    bool isConstant(size_t index) const;
    /// The numbers of an input that must be constant, in order, whatever its shape.
    std::vector<int64_t> constantInts(size_t index) const;
    std::vector<double> constantNumbers(size_t index) const;
    int64_t constantInt(size_t index) const;
    double constantNumber(size_t index) const;
    /// `attribute` of older opsets, input `index` of newer ones; nothing where neither is given.
    std::optional<std::vector<int64_t>> intsOf(const std::string& attribute, size_t index) const;

    size_t outputCount() const;
    /// Whether somebody may read result `index`.
    bool wantsOutput(size_t index) const;

    at::Tensor call(const std::string& op, Arguments arguments);
    /// For operators with several results, or a list of tensors as the result.
    std::vector<at::Tensor> callMany(const std::string& op, Arguments arguments);
    /// Markers of a quantized network: see Tracer.
    at::Tensor quantize(const at::Tensor& x, const QParams& grid);
    at::Tensor dequantize(const at::Tensor& x);
    std::optional<QParams> gridOf(const at::Tensor& x) const { return trace_.tracer.gridOf(x); }
    /// Says on which grid the file holds a constant, now and in every later trace.
    void setGrid(const at::Tensor& constant, const QParams& grid);
    /// The same node with other inputs, for handlers that are made of others.
    OnnxNode withInputs(std::vector<at::Tensor> inputs) const;

    /// A constant weight seen transposed, without a copy: the same tensor however often the model is traced.
    at::Tensor transposed(const at::Tensor& weight);
    std::vector<at::Tensor> run(const ::onnx::GraphProto& body, const std::vector<at::Tensor>& inputs) const {
        return runBody_(body, inputs);
    }

    /// To be called once an iteration: fails when the model unrolls to more operators than any sound one.
    void countStep() const;

    /// `axis` counted from the front. Fails outside -rank..rank-1.
    int64_t axis(int64_t axis, int64_t rank) const;
    std::vector<int64_t> axes(std::vector<int64_t> axes, int64_t rank) const;
    /// Fails for a result of `shape` that no machine should be asked to make. To be called before computing
    /// what can be much larger than its inputs.
    void checkSize(std::span<const int64_t> shape, bool isActivation) const;
    /// 0 to `count` - 1, as int64. Fails like checkSize().
    at::Tensor places(int64_t count) const;
    /// What all shapes broadcast to.
    std::vector<int64_t> broadcast(std::span<const at::Tensor> tensors) const;

    /// "node NAME (OP): WHAT"
    [[noreturn]] void fail(const std::string& what) const;

  private:
    const ::onnx::AttributeProto* find(const std::string& attribute) const;
    /// The attribute, where it is there and of this type (AttributeProto::AttributeType); null where absent.
    const ::onnx::AttributeProto* find(const std::string& attribute, int type) const;
    const at::Tensor& constant(size_t index) const;

    OnnxTrace& trace_;
    const ::onnx::NodeProto& proto_;
    int64_t opset_;
    std::vector<at::Tensor> inputs_;
    RunBody runBody_;
};

/// Shape as a plain vector.
inline std::vector<int64_t> shapeOf(const at::Tensor& tensor) {
    return tensor.sizes().vec();
}

}  // namespace qs
