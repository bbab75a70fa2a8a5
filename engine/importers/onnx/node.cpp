#include "importers/onnx/node.h"

#include <ATen/ops/arange.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>

#include "importers/onnx/model.h"
#include "importers/onnx/names.h"
#include "importers/onnx/sizes.h"

namespace qs {

using ::onnx::AttributeProto;

namespace {

/// Operators that one trace executes at most: loops are unrolled, and a damaged count must not run for ever.
constexpr int64_t kMostSteps = 200'000;

}  // namespace

OnnxNode::OnnxNode(OnnxTrace& trace, const ::onnx::NodeProto& proto, int64_t opset,
                   std::vector<at::Tensor> inputs, RunBody runBody)
    : trace_(trace), proto_(proto), opset_(opset), inputs_(std::move(inputs)), runBody_(std::move(runBody)) {}

const std::string& OnnxNode::op() const {
    return proto_.op_type();
}

void OnnxNode::fail(const std::string& what) const {
    throw ImportError(describe(proto_) + ": " + what);
}

const AttributeProto* OnnxNode::find(const std::string& attribute) const {
    for (const AttributeProto& candidate : proto_.attribute()) {
        if (candidate.name() == attribute) {
            return &candidate;
        }
    }
    return nullptr;
}

const AttributeProto* OnnxNode::find(const std::string& attribute, int type) const {
    const AttributeProto* found = find(attribute);
    // Files of the first version do not say which type they mean.
    if (found != nullptr && found->type() != AttributeProto::UNDEFINED && found->type() != type) {
        fail("attribute " + attribute + " is of type " + AttributeProto::AttributeType_Name(found->type()) +
             ", not " + AttributeProto::AttributeType_Name(static_cast<AttributeProto::AttributeType>(type)));
    }
    return found;
}

int64_t OnnxNode::integer(const std::string& attribute, int64_t fallback) const {
    const AttributeProto* found = find(attribute, AttributeProto::INT);
    return found != nullptr ? found->i() : fallback;
}

int64_t OnnxNode::count(const std::string& attribute, int64_t fallback, int64_t least) const {
    const int64_t value = integer(attribute, fallback);
    if (value < least || value > std::numeric_limits<int32_t>::max()) {
        fail("attribute " + attribute + " is " + std::to_string(value) + ", but must be " +
             std::to_string(least) + " to " + std::to_string(std::numeric_limits<int32_t>::max()));
    }
    return value;
}

double OnnxNode::number(const std::string& attribute, double fallback) const {
    const AttributeProto* found = find(attribute, AttributeProto::FLOAT);
    return found != nullptr ? static_cast<double>(found->f()) : fallback;
}

std::string OnnxNode::text(const std::string& attribute, const std::string& fallback) const {
    const AttributeProto* found = find(attribute, AttributeProto::STRING);
    return found != nullptr ? found->s() : fallback;
}

std::vector<int64_t> OnnxNode::ints(const std::string& attribute) const {
    const AttributeProto* found = find(attribute, AttributeProto::INTS);
    return found != nullptr ? std::vector<int64_t>(found->ints().begin(), found->ints().end())
                            : std::vector<int64_t>();
}

std::vector<double> OnnxNode::numbers(const std::string& attribute) const {
    const AttributeProto* found = find(attribute, AttributeProto::FLOATS);
    return found != nullptr ? std::vector<double>(found->floats().begin(), found->floats().end())
                            : std::vector<double>();
}

std::vector<std::string> OnnxNode::texts(const std::string& attribute) const {
    const AttributeProto* found = find(attribute, AttributeProto::STRINGS);
    return found != nullptr ? std::vector<std::string>(found->strings().begin(), found->strings().end())
                            : std::vector<std::string>();
}

std::optional<at::Tensor> OnnxNode::tensor(const std::string& attribute) const {
    const AttributeProto* found = find(attribute);
    if (found == nullptr) {
        return std::nullopt;
    }
    if (!found->has_t()) {
        fail("attribute " + attribute + " is no tensor");
    }
    return trace_.model.tensor(found->t());
}

const ::onnx::GraphProto& OnnxNode::graph(const std::string& attribute) const {
    const AttributeProto* found = find(attribute);
    if (found == nullptr || !found->has_g()) {
        fail("attribute " + attribute + " is missing");
    }
    return found->g();
}

const at::Tensor& OnnxNode::input(size_t index) const {
    if (!hasInput(index)) {
        fail("input " + std::to_string(index) + " is missing");
    }
    return inputs_[index];
}

c10::IValue OnnxNode::optionalInput(size_t index) const {
    return hasInput(index) ? c10::IValue(inputs_[index]) : c10::IValue();
}

const std::vector<at::Tensor>& OnnxNode::inputs() const {
    if (inputs_.empty()) {
        fail("it has no inputs");
    }
    for (size_t i = 0; i < inputs_.size(); ++i) {
        input(i);
    }
    return inputs_;
}

bool OnnxNode::isConstant(size_t index) const {
    return hasInput(index) && !Tracer::isActivation(inputs_[index]);
}

const at::Tensor& OnnxNode::constant(size_t index) const {
    const at::Tensor& tensor = input(index);
    if (Tracer::isActivation(tensor)) {
        fail("input " + std::to_string(index) + " (" + proto_.input(static_cast<int>(index)) +
             ") depends on the data, but only constants are supported there: export the model with fixed "
             "sizes, or simplify it with onnxsim");
    }
    return tensor;
}

std::vector<int64_t> OnnxNode::constantInts(size_t index) const {
    const at::Tensor values = constant(index).to(at::kLong).contiguous();
    const int64_t* data = values.data_ptr<int64_t>();
    return {data, data + values.numel()};
}

std::vector<double> OnnxNode::constantNumbers(size_t index) const {
    const at::Tensor values = constant(index).to(at::kDouble).contiguous();
    const double* data = values.data_ptr<double>();
    return {data, data + values.numel()};
}

int64_t OnnxNode::constantInt(size_t index) const {
    if (input(index).numel() != 1) {
        fail("input " + std::to_string(index) + " must be one number");
    }
    return constantInts(index)[0];
}

double OnnxNode::constantNumber(size_t index) const {
    if (input(index).numel() != 1) {
        fail("input " + std::to_string(index) + " must be one number");
    }
    return constantNumbers(index)[0];
}

std::optional<std::vector<int64_t>> OnnxNode::intsOf(const std::string& attribute, size_t index) const {
    if (has(attribute)) {
        return ints(attribute);
    }
    return hasInput(index) ? std::optional(constantInts(index)) : std::nullopt;
}

size_t OnnxNode::outputCount() const {
    return static_cast<size_t>(proto_.output_size());
}

bool OnnxNode::wantsOutput(size_t index) const {
    return index < outputCount() && !proto_.output(static_cast<int>(index)).empty();
}

std::vector<at::Tensor> OnnxNode::callMany(const std::string& op, Arguments arguments) {
    std::vector<at::Tensor> results;
    for (const c10::IValue& value : trace_.tracer.apply(op, std::move(arguments), onnxScope(proto_))) {
        if (value.isTensor()) {
            results.push_back(value.toTensor());
        } else if (value.isTensorList()) {
            for (const at::Tensor& item : value.toTensorVector()) {
                results.push_back(item);
            }
        }
    }
    return results;
}

at::Tensor OnnxNode::call(const std::string& op, Arguments arguments) {
    return trace_.tracer.call(op, std::move(arguments), onnxScope(proto_));
}

at::Tensor OnnxNode::quantize(const at::Tensor& x, const QParams& grid) {
    return trace_.tracer.quantize(x, grid, onnxScope(proto_));
}

at::Tensor OnnxNode::dequantize(const at::Tensor& x) {
    return trace_.tracer.dequantize(x, onnxScope(proto_));
}

void OnnxNode::setGrid(const at::Tensor& constant, const QParams& grid) {
    trace_.model.setGrid(constant, grid);
    trace_.tracer.setGrid(constant, grid);
}

OnnxNode OnnxNode::withInputs(std::vector<at::Tensor> inputs) const {
    return OnnxNode(trace_, proto_, opset_, std::move(inputs), runBody_);
}

at::Tensor OnnxNode::transposed(const at::Tensor& weight) {
    at::Tensor turned = trace_.model.transposed(weight);
    if (const QParams* grid = trace_.model.gridOf(weight)) {
        QParams turnedGrid = *grid;
        turnedGrid.axis = grid->perChannel() ? 1 - grid->axis : grid->axis;
        setGrid(turned, turnedGrid);
    }
    return turned;
}

void OnnxNode::countStep() const {
    trace_.tracer.poll();
    if (++trace_.steps > kMostSteps) {
        fail("the model unrolls to more than " + std::to_string(kMostSteps) + " operators");
    }
}

int64_t OnnxNode::axis(int64_t axis, int64_t rank) const {
    if (axis < -rank || axis >= rank) {
        fail("axis " + std::to_string(axis) + " does not exist in " + std::to_string(rank) + " dimensions");
    }
    return axis < 0 ? axis + rank : axis;
}

std::vector<int64_t> OnnxNode::axes(std::vector<int64_t> axes, int64_t rank) const {
    for (int64_t& value : axes) {
        value = axis(value, rank);
    }
    std::sort(axes.begin(), axes.end());
    if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
        fail("an axis is named twice");
    }
    return axes;
}

void OnnxNode::checkSize(std::span<const int64_t> shape, bool isActivation) const {
    const auto count = elementCount(shape);
    // Eight bytes an element: the widest type.
    const int64_t limit = isActivation ? Tracer::kMostActivationElements
                                       : std::max<int64_t>(0, trace_.tracer.constantBytesLeft()) / 8;
    if (!count || *count > limit) {
        fail("its result of the shape " + shapeText(shape) +
             " is larger than a model of this size can need: the file is damaged, or the input is too large");
    }
}

at::Tensor OnnxNode::places(int64_t count) const {
    checkSize(std::vector<int64_t>{count}, false);
    return at::arange(count, at::kLong);
}

std::vector<int64_t> OnnxNode::broadcast(std::span<const at::Tensor> tensors) const {
    std::vector<int64_t> shape;
    for (const at::Tensor& tensor : tensors) {
        const auto sizes = tensor.sizes();
        if (sizes.size() > shape.size()) {
            shape.insert(shape.begin(), sizes.size() - shape.size(), 1);
        }
        for (size_t i = 0; i < sizes.size(); ++i) {
            int64_t& extent = shape[shape.size() - sizes.size() + i];
            if (extent != sizes[i] && extent != 1 && sizes[i] != 1) {
                fail("its inputs have shapes that do not go together: " + shapeText(tensors[0].sizes()) +
                     " and " + shapeText(sizes));
            }
            extent = extent == 1 ? sizes[i] : extent;
        }
    }
    return shape;
}

}  // namespace qs
