#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "importers/onnx_model.h"

namespace qs::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kDomain = "acme";

void call(::onnx::NodeProto& node, const std::string& op, const std::string& input, const std::string& output,
          const std::string& domain = kDomain) {
    node.set_op_type(op);
    node.set_domain(domain);
    node.add_input(input);
    node.add_output(output);
}

/// A function v -> w that calls `called` one after the other.
void addFunction(::onnx::ModelProto& model, const std::string& name, const std::vector<std::string>& called) {
    auto* function = model.add_functions();
    function->set_name(name);
    function->set_domain(kDomain);
    function->add_input("v");
    function->add_output("w");
    for (size_t i = 0; i < called.size(); ++i) {
        const bool own = called[i] != "Sin";
        call(*function->add_node(), called[i], i == 0 ? "v" : "v" + std::to_string(i),
             i + 1 == called.size() ? "w" : "v" + std::to_string(i + 1), own ? kDomain : "");
    }
}

/// A model that calls the function `first`.
::onnx::ModelProto modelCalling(const std::string& first) {
    auto model = parseModel(17, {2, 3}, "y = Relu (x)");
    auto* opset = model.add_opset_import();
    opset->set_domain(kDomain);
    opset->set_version(1);
    model.set_ir_version(8);
    model.mutable_graph()->clear_node();
    call(*model.mutable_graph()->add_node(), first, "x", "y");
    return model;
}

std::string refusal(const ::onnx::ModelProto& model) {
    const auto imported = importModel(model);
    EXPECT_FALSE(imported);
    const std::string message = imported ? "" : imported.error().message;
    EXPECT_THAT(message, AllOf(HasSubstr("the model is damaged"), Not(HasSubstr("\n"))));
    return message;
}

TEST(OnnxFunctions, CallEachOther) {
    auto model = modelCalling("outer");
    addFunction(model, "outer", {"inner", "inner", "inner"});
    addFunction(model, "inner", {"Sin", "Sin"});
    const auto imported = importModel(model);
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_EQ(imported->graph.nodes().size(), 6U);
}

TEST(OnnxFunctions, ThatCallThemselvesAreNamed) {
    auto self = modelCalling("f");
    addFunction(self, "f", {"Sin", "f"});
    EXPECT_THAT(refusal(self), HasSubstr("function f calls itself without end"));
    auto ring = modelCalling("f");
    addFunction(ring, "f", {"g"});
    addFunction(ring, "g", {"h"});
    addFunction(ring, "h", {"f"});
    EXPECT_THAT(refusal(ring), HasSubstr("function f calls itself without end"));
}

TEST(OnnxFunctions, ThatCallThemselvesInASubgraphAreNamed) {
    auto model = modelCalling("f");
    addFunction(model, "f", {"Sin"});
    auto* branch = model.mutable_functions(0)->add_node();
    call(*branch, "If", "v", "z", "");
    auto* attribute = branch->add_attribute();
    attribute->set_name("then_branch");
    attribute->set_type(::onnx::AttributeProto::GRAPH);
    call(*attribute->mutable_g()->add_node(), "f", "v", "u");
    EXPECT_THAT(refusal(model), HasSubstr("function f calls itself without end"));
}

TEST(OnnxFunctions, OfALongChainAreRefused) {
    constexpr int kLength = 5000;
    auto model = modelCalling("f0");
    for (int i = 0; i < kLength; ++i) {
        addFunction(model, "f" + std::to_string(i), {i + 1 < kLength ? "f" + std::to_string(i + 1) : "Sin"});
    }
    EXPECT_THAT(refusal(model), HasSubstr("more than 32 deep"));
}

TEST(OnnxFunctions, ThatDoubleWithEachCallAreRefusedSoon) {
    auto model = modelCalling("f0");
    for (int i = 0; i < 30; ++i) {
        const std::string next = i < 29 ? "f" + std::to_string(i + 1) : "Sin";
        addFunction(model, "f" + std::to_string(i), {next, next});
    }
    EXPECT_THAT(refusal(model), HasSubstr("it has no end"));
}

TEST(OnnxFunctions, WhoseNamesGrowAreRefusedBeforeTheyFillMemory) {
    auto model = modelCalling("f0");
    for (int i = 0; i < 16; ++i) {
        const std::string next = i < 15 ? "f" + std::to_string(i + 1) : "Sin";
        addFunction(model, "f" + std::to_string(i), {next, next});
        for (auto& node : *model.mutable_functions(i)->mutable_node()) {
            node.set_name(std::string(10'000, 'n'));
        }
    }
    EXPECT_THAT(refusal(model), HasSubstr("it has no end"));
}

}  // namespace
}  // namespace qs::test
