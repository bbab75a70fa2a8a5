#include "fuzz/onnx_mutation.h"

#include <onnx/onnx_pb.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "fuzz/extremes.h"
#include "fuzz/json_mutation.h"
#include "fuzz/onnx_parts.h"
#include "fuzz/random.h"

namespace qs::test {

namespace {

/// Beyond what protobuf itself refuses, and below it.
constexpr std::array<size_t, 4> kDepths{1, 10, 45, 200};

constexpr std::array<const char*, 40> kOperators{"Add",
                                                 "Mul",
                                                 "Div",
                                                 "Conv",
                                                 "ConvTranspose",
                                                 "Gemm",
                                                 "MatMul",
                                                 "MaxPool",
                                                 "Relu",
                                                 "AveragePool",
                                                 "Reshape",
                                                 "Transpose",
                                                 "Concat",
                                                 "Split",
                                                 "Slice",
                                                 "Gather",
                                                 "Pad",
                                                 "Resize",
                                                 "Upsample",
                                                 "Expand",
                                                 "Tile",
                                                 "Shape",
                                                 "Size",
                                                 "Range",
                                                 "ConstantOfShape",
                                                 "If",
                                                 "Loop",
                                                 "LSTM",
                                                 "Squeeze",
                                                 "Unsqueeze",
                                                 "ReduceMean",
                                                 "Softmax",
                                                 "LayerNormalization",
                                                 "Cast",
                                                 "Where",
                                                 "QuantizeLinear",
                                                 "DequantizeLinear",
                                                 "QLinearConv",
                                                 "Einsum",
                                                 "NoSuchOperator"};

template <typename List>
int anyOf(const List& list, Random& random) {
    return static_cast<int>(random.below(static_cast<size_t>(list.size())));
}

template <typename List>
void removeOne(List& list, Random& random) {
    if (!list.empty()) {
        list.DeleteSubrange(anyOf(list, random), 1);
    }
}

template <typename List>
void doubleOne(List& list, Random& random) {
    if (!list.empty()) {
        const auto copy = list.Get(anyOf(list, random));
        *list.Add() = copy;
    }
}

template <typename List>
void swapTwo(List& list, Random& random) {
    if (list.size() > 1) {
        const int first = anyOf(list, random), second = anyOf(list, random);
        list.SwapElements(first, second);
    }
}

class OnnxMutator {
  public:
    OnnxMutator(onnx::ModelProto model, uint64_t seed) : model_(std::move(model)), random_(seed) {}

    std::string run() {
        for (size_t count = 1 + random_.below(3); count > 0; --count) {
            mutateModel();
        }
        return model_.SerializeAsString();
    }

  private:
    onnx::GraphProto& graph() { return *model_.mutable_graph(); }

    void mutateModel() {
        switch (random_.below(16)) {
            case 0:
                return mutateOpset();
            case 1:
                return mutateMetadata();
            case 2:
                return mutateFunctions();
            case 3:
                return nest();
            case 4:
            case 5:
                return mutateInterface();
            case 6:
            case 7:
            case 8:
                return mutateInitializers();
            default:
                return mutateNodes();
        }
    }

    // ---- what stands about the graph

    void mutateOpset() {
        if (random_.oneIn(4)) {
            return model_.set_ir_version(extremeInteger(random_));
        }
        if (model_.opset_import().empty() || random_.oneIn(4)) {
            auto& added = *model_.add_opset_import();
            added.set_domain(random_.oneIn(2) ? "com.microsoft" : extremeBytes(random_));
            return added.set_version(1);
        }
        auto& opset = *model_.mutable_opset_import(anyOf(model_.opset_import(), random_));
        opset.set_version(random_.oneIn(2) ? static_cast<int64_t>(random_.below(24))
                                           : extremeInteger(random_));
    }

    void mutateMetadata() {
        constexpr std::array<const char*, 5> kKeys{"quantoscope", "classes", "names", "labels", ""};
        auto& properties = *model_.mutable_metadata_props();
        for (auto& property : properties) {
            if (property.key() == "quantoscope" && random_.oneIn(2)) {
                return property.set_value(mutateJson(property.value(), random_.next()));
            }
        }
        auto& property = *properties.Add();
        property.set_key(random_.pick(kKeys));
        property.set_value(random_.oneIn(2) ? mutateJson(R"({"classes": ["cat", "dog"]})", random_.next())
                                            : extremeBytes(random_));
    }

    void mutateFunctions() {
        auto& functions = *model_.mutable_functions();
        if (functions.empty()) {
            return callFunctionOfItself();
        }
        auto& function = *functions.Mutable(anyOf(functions, random_));
        switch (random_.below(5)) {
            case 0:
                return removeOne(functions, random_);
            case 1:
                return doubleOne(functions, random_);
            case 2:
                return removeOne(*function.mutable_node(), random_);
            case 3:
                if (!function.node().empty()) {
                    function.mutable_node(0)->set_op_type(function.name());
                    function.mutable_node(0)->set_domain(function.domain());
                }
                return;
            default:
                return removeOne(*function.mutable_input(), random_);
        }
    }

    /// A function that calls itself, in place of a node.
    void callFunctionOfItself() {
        if (graph().node().empty()) {
            return;
        }
        auto& node = *graph().mutable_node(anyOf(graph().node(), random_));
        auto& function = *model_.add_functions();
        function.set_name("again");
        function.set_domain("local");
        *function.mutable_input() = node.input();
        *function.mutable_output() = node.output();
        node.set_op_type("again");
        node.set_domain("local");
        node.clear_attribute();
        *function.add_node() = node;
        auto& opset = *model_.add_opset_import();
        opset.set_domain("local");
        opset.set_version(1);
    }

    /// A node becomes the branches of Ifs in Ifs.
    void nest() {
        if (graph().node().empty()) {
            return;
        }
        auto& node = *graph().mutable_node(anyOf(graph().node(), random_));
        for (size_t depth = random_.pick(kDepths); depth > 0; --depth) {
            onnx::NodeProto outer;
            outer.set_op_type(random_.oneIn(8) ? "Loop" : "If");
            *outer.mutable_output() = node.output();
            outer.add_input(node.input().empty() ? "missing" : node.input(0));
            for (const char* name : {"then_branch", "else_branch"}) {
                auto& attribute = *outer.add_attribute();
                attribute.set_name(name);
                attribute.set_type(onnx::AttributeProto::GRAPH);
                auto& branch = *attribute.mutable_g();
                for (const std::string& output : node.output()) {
                    branch.add_output()->set_name(output);
                }
                // One branch only, or the model doubles at every level.
                if (outer.attribute_size() == 1) {
                    *branch.add_node() = node;
                }
            }
            node = std::move(outer);
        }
    }

    // ---- inputs, outputs and weights

    void mutateInterface() {
        auto& values = random_.oneIn(3) ? *graph().mutable_output() : *graph().mutable_input();
        switch (random_.below(6)) {
            case 0:
                return removeOne(values, random_);
            case 1:
                return doubleOne(values, random_);
            case 2:
                return swapTwo(values, random_);
            default:
                if (!values.empty()) {
                    mutateValueInfo(*values.Mutable(anyOf(values, random_)), random_);
                }
        }
    }

    void mutateInitializers() {
        auto& weights = *graph().mutable_initializer();
        switch (weights.empty() ? 0 : random_.below(8)) {
            case 0:
                return removeOne(weights, random_);
            case 1:
                return doubleOne(weights, random_);
            case 2:
                return weights.Mutable(anyOf(weights, random_))
                    ->mutable_name()
                    ->swap(*weights.Mutable(anyOf(weights, random_))->mutable_name());
            default:
                return mutateTensor(*weights.Mutable(anyOf(weights, random_)), random_);
        }
    }

    // ---- nodes

    void mutateNodes() {
        auto& nodes = *graph().mutable_node();
        if (nodes.empty()) {
            return;
        }
        switch (random_.below(10)) {
            case 0:
                return removeOne(nodes, random_);
            case 1:
                return doubleOne(nodes, random_);
            case 2:
                return swapTwo(nodes, random_);
            case 3:
            case 4:
                return rewire(*nodes.Mutable(anyOf(nodes, random_)));
            case 5:
                return rename(*nodes.Mutable(anyOf(nodes, random_)));
            default:
                return mutateAttributes(*nodes.Mutable(anyOf(nodes, random_)));
        }
    }

    /// The name of any value: what a node makes (a later one closes a cycle), a weight, or an input.
    std::string anyValue() {
        if (!graph().initializer().empty() && random_.oneIn(3)) {
            return graph().initializer(anyOf(graph().initializer(), random_)).name();
        }
        const onnx::NodeProto& maker = graph().node(anyOf(graph().node(), random_));
        return maker.output().empty() || random_.oneIn(8) ? extremeBytes(random_)
                                                          : maker.output(anyOf(maker.output(), random_));
    }

    void rewire(onnx::NodeProto& node) {
        switch (random_.below(6)) {
            case 0:
                return removeOne(*node.mutable_input(), random_);
            case 1:
                return node.add_input(anyValue());
            case 2:
                if (!node.output().empty()) {
                    node.set_output(anyOf(node.output(), random_), anyValue());
                }
                return;
            case 3:
                return removeOne(*node.mutable_output(), random_);
            default:
                if (!node.input().empty()) {
                    node.set_input(anyOf(node.input(), random_), random_.oneIn(6) ? "" : anyValue());
                }
        }
    }

    void rename(onnx::NodeProto& node) {
        switch (random_.below(4)) {
            case 0:
                return node.set_domain(random_.oneIn(2) ? "com.microsoft" : extremeBytes(random_));
            case 1:
                return node.set_name(extremeBytes(random_));
            default:
                return node.set_op_type(random_.oneIn(10) ? extremeBytes(random_) : random_.pick(kOperators));
        }
    }

    void mutateAttributes(onnx::NodeProto& node) {
        auto& attributes = *node.mutable_attribute();
        switch (attributes.empty() ? 0 : random_.below(8)) {
            case 0: {
                constexpr std::array<const char*, 6> kNames{"axis",         "axes", "group",
                                                            "kernel_shape", "pads", "to"};
                auto& attribute = *attributes.Add();
                attribute.set_name(random_.pick(kNames));
                attribute.set_type(onnx::AttributeProto::INT);
                return attribute.set_i(extremeInteger(random_));
            }
            case 1:
                return removeOne(attributes, random_);
            case 2:
                return doubleOne(attributes, random_);
            default:
                return mutateAttribute(*attributes.Mutable(anyOf(attributes, random_)), random_);
        }
    }

    onnx::ModelProto model_;
    Random random_;
};

onnx::ModelProto parse(const std::string& bytes) {
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) {
        throw std::invalid_argument("no ONNX model");
    }
    return model;
}

}  // namespace

std::string mutateOnnx(const std::string& bytes, uint64_t seed) {
    return OnnxMutator(parse(bytes), seed).run();
}

std::string mutateOnnxMetadata(const std::string& bytes, uint64_t seed) {
    onnx::ModelProto model = parse(bytes);
    for (auto& property : *model.mutable_metadata_props()) {
        if (property.key() == "quantoscope") {
            property.set_value(mutateJson(property.value(), seed));
        }
    }
    return model.SerializeAsString();
}

}  // namespace qs::test
