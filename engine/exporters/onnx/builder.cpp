#include "exporters/onnx/builder.h"

#include <algorithm>
#include <stdexcept>

namespace qs {

namespace {

std::string uniqueName(std::unordered_set<std::string>& taken, const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !taken.insert(name).second; ++i) {
        name = wanted + "#" + std::to_string(i);
    }
    return name;
}

void describe(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape, at::ScalarType dtype,
              const std::vector<std::string>& symbols) {
    info.set_name(name);
    auto* type = info.mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnxType(dtype));
    auto* extents = type->mutable_shape();  // a number has none
    for (size_t i = 0; i < shape.size(); ++i) {
        auto* extent = extents->add_dim();
        if (i < symbols.size() && !symbols[i].empty()) {
            extent->set_dim_param(symbols[i]);
        } else if (shape[i] >= 0) {
            extent->set_dim_value(shape[i]);
        }
    }
}

/// The oldest version of the format that has the opset.
int irVersionOf(int opset) {
    return opset >= 21 ? 10 : opset >= 19 ? 9 : opset >= 15 ? 8 : 7;
}

/// "com.microsoft::QLinearAdd" in its two parts; the first is empty for ONNX's own.
std::pair<std::string, std::string> splitOp(const std::string& op) {
    const size_t at = op.find("::");
    return at == std::string::npos ? std::pair(std::string(), op)
                                   : std::pair(op.substr(0, at), op.substr(at + 2));
}

}  // namespace

onnx::TensorProto::DataType onnxType(at::ScalarType type) {
    switch (type) {
        case at::kFloat:
            return onnx::TensorProto::FLOAT;
        case at::kChar:
            return onnx::TensorProto::INT8;
        case at::kByte:
            return onnx::TensorProto::UINT8;
        case at::kInt:
            return onnx::TensorProto::INT32;
        case at::kLong:
            return onnx::TensorProto::INT64;
        case at::kShort:
            return onnx::TensorProto::INT16;
        case at::kBool:
            return onnx::TensorProto::BOOL;
        case at::kHalf:
            return onnx::TensorProto::FLOAT16;
        case at::kDouble:
            return onnx::TensorProto::DOUBLE;
        default:
            throw std::invalid_argument(std::string("no ONNX tensor of type ") + at::toString(type));
    }
}

onnx::AttributeProto& OnnxAttributes::append(const std::string& name,
                                             onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto& attribute = attributes_.emplace_back();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
}

OnnxAttributes& OnnxAttributes::add(const std::string& name, int64_t value) {
    append(name, onnx::AttributeProto::INT).set_i(value);
    return *this;
}

OnnxAttributes& OnnxAttributes::add(const std::string& name, float value) {
    append(name, onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
}

OnnxAttributes& OnnxAttributes::add(const std::string& name, const std::string& value) {
    append(name, onnx::AttributeProto::STRING).set_s(value);
    return *this;
}

OnnxAttributes& OnnxAttributes::add(const std::string& name, const std::vector<int64_t>& values) {
    append(name, onnx::AttributeProto::INTS).mutable_ints()->Add(values.begin(), values.end());
    return *this;
}

OnnxAttributes& OnnxAttributes::add(const std::string& name, const std::vector<std::string>& values) {
    append(name, onnx::AttributeProto::STRINGS).mutable_strings()->Add(values.begin(), values.end());
    return *this;
}

OnnxBuilder::OnnxBuilder(int opset) : opset_(opset) {
    model_.set_ir_version(irVersionOf(opset));
    model_.set_producer_name("Quantoscope");
    model_.set_producer_version(QS_VERSION);
    onnx::OperatorSetIdProto* set = model_.add_opset_import();
    set->set_domain("");
    set->set_version(opset);
    model_.mutable_graph()->set_name("network");
}

void OnnxBuilder::addInput(const std::string& name, const Shape& shape, at::ScalarType dtype,
                           const std::vector<std::string>& symbols) {
    describe(*model_.mutable_graph()->add_input(), name, shape, dtype, symbols);
}

void OnnxBuilder::addOutput(const std::string& name, const Shape& shape, at::ScalarType dtype,
                            const std::vector<std::string>& symbols) {
    describe(*model_.mutable_graph()->add_output(), name, shape, dtype, symbols);
}

void OnnxBuilder::importOperators(const std::string& domain) {
    const auto& sets = model_.opset_import();
    if (std::none_of(sets.begin(), sets.end(), [&](const auto& set) { return set.domain() == domain; })) {
        onnx::OperatorSetIdProto* set = model_.add_opset_import();
        set->set_domain(domain);
        set->set_version(1);
    }
}

std::string OnnxBuilder::place(const std::string& wanted) {
    auto& all = *model_.mutable_graph()->mutable_initializer();
    onnx::TensorProto& added = all[all.size() - 1];
    constexpr size_t smallest = 64;  // bytes; what is less has a name of its own
    if (added.raw_data().size() < smallest) {
        added.set_name(uniqueName(tensorNames_, wanted));
        return added.name();
    }
    const size_t hash = std::hash<std::string_view>()(added.raw_data());
    const auto [first, last] = initializers_.equal_range(hash);
    for (auto known = first; known != last; ++known) {
        const onnx::TensorProto& other = all[known->second];
        if (other.data_type() == added.data_type() && std::ranges::equal(other.dims(), added.dims()) &&
            other.raw_data() == added.raw_data()) {
            all.RemoveLast();
            return other.name();
        }
    }
    initializers_.emplace(hash, all.size() - 1);
    added.set_name(uniqueName(tensorNames_, wanted));
    return added.name();
}

std::string OnnxBuilder::addInitializer(const std::string& wanted, const at::Tensor& tensor) {
    const at::Tensor packed = tensor.contiguous();
    onnx::TensorProto& proto = *model_.mutable_graph()->add_initializer();
    proto.set_data_type(onnxType(packed.scalar_type()));
    proto.mutable_dims()->Add(packed.sizes().begin(), packed.sizes().end());
    proto.set_raw_data(packed.data_ptr(),
                       packed.nbytes());  // little-endian, as this machine and the format are
    return place(wanted);
}

std::string OnnxBuilder::addNumbers(const std::string& wanted, const at::Tensor& numbers,
                                    const OnnxElement& element) {
    onnx::TensorProto& proto = *model_.mutable_graph()->add_initializer();
    proto.set_data_type(element.type);
    proto.mutable_dims()->Add(numbers.sizes().begin(), numbers.sizes().end());
    proto.set_raw_data(packed(numbers, element));
    return place(wanted);
}

std::string OnnxBuilder::addNode(const std::string& op, const std::string& name,
                                 const std::vector<std::string>& inputs, const std::string& output,
                                 const OnnxAttributes& attributes) {
    return addNode(op, name, inputs, output, 1, attributes).front();
}

std::vector<std::string> OnnxBuilder::addNode(const std::string& op, const std::string& name,
                                              const std::vector<std::string>& inputs,
                                              const std::string& output, size_t count,
                                              const OnnxAttributes& attributes) {
    onnx::NodeProto& node = *model_.mutable_graph()->add_node();
    const auto [domain, type] = splitOp(op);
    node.set_op_type(type);
    if (!domain.empty()) {
        node.set_domain(domain);
        importOperators(domain);
    }
    node.set_name(uniqueName(nodeNames_, name));
    for (const std::string& input : inputs) {
        node.add_input(input);
    }
    for (size_t i = 0; i < count; ++i) {
        node.add_output(uniqueName(tensorNames_, output));
    }
    for (const onnx::AttributeProto& attribute : attributes.all()) {
        *node.add_attribute() = attribute;
    }
    return {node.output().begin(), node.output().end()};
}

void OnnxBuilder::nameOutput(const std::string& made, const std::string& output) {
    const auto renamed = renamed_.find(made);
    const std::string& tensor = renamed == renamed_.end() ? made : renamed->second;
    if (tensor == output) {
        return;  // an input that is given back under its own name
    }
    onnx::GraphProto& graph = *model_.mutable_graph();
    const bool isOutput = std::ranges::any_of(
        graph.output(), [&](const onnx::ValueInfoProto& info) { return info.name() == tensor; });
    const bool isResult = std::ranges::any_of(graph.node(), [&](const onnx::NodeProto& node) {
        return std::ranges::find(node.output(), tensor) != node.output().end();
    });
    if (isOutput || !isResult) {
        onnx::NodeProto& copy = *graph.add_node();
        copy.set_op_type("Identity");
        copy.set_name(uniqueName(nodeNames_, output));
        copy.add_input(tensor);
        copy.add_output(output);
        return;
    }
    for (onnx::NodeProto& node : *graph.mutable_node()) {
        std::ranges::replace(*node.mutable_input(), tensor, output);
        std::ranges::replace(*node.mutable_output(), tensor, output);
    }
    renamed_[made] = output;
}

void OnnxBuilder::addMetadata(const std::string& key, const std::string& value) {
    onnx::StringStringEntryProto& entry = *model_.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
}

}  // namespace qs
