#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <fstream>

#include "exporters/runners.h"
#include "importers/onnx_model.h"
#include "ops/evaluate.h"

namespace qs::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> layerNames(const Graph& graph) {
    std::vector<std::string> names;
    for (const Node& node : graph.nodes()) {
        names.push_back(node.name);
    }
    return names;
}

at::Tensor run(const ImportedModel& model, const at::Tensor& x) {
    auto outputs = evaluate(model.graph, std::span(&x, 1));
    return outputs ? outputs->at(0) : at::Tensor();
}

TEST(OnnxImporter, NamesLayersAsTorchDoes) {
    auto model = parseModel(13, {1, 3, 8, 8}, "a = Conv (x, w)\n b = Relu (a)\n y = Conv (b, v)",
                            {{"w", {4, 3, 1, 1}}, {"v", {5, 4, 1, 1}}});
    model.mutable_graph()->mutable_node(0)->set_name("/features/features.3/conv/conv.0/conv.0.0/Conv");
    model.mutable_graph()->mutable_node(1)->set_name("/features/features.3/conv/conv.0/conv.0.1/Relu");
    model.mutable_graph()->mutable_node(2)->set_name("p2o.Conv.7");
    const auto imported = importModel(model);
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_THAT(layerNames(imported->graph),
                ElementsAre("features.3.conv.0.0", "features.3.conv.0.1", "p2o.Conv.7"));
}

TEST(OnnxImporter, NamesLayersOfOldTorchByTheirWeights) {
    auto model = parseModel(9, {1, 3, 8, 8}, "y = Conv (x, w)", {{"w", {4, 3, 1, 1}}});
    auto* graph = model.mutable_graph();
    graph->mutable_node(0)->set_name("Conv_12");
    graph->mutable_node(0)->set_input(1, "layer1.0.conv1.weight");
    graph->mutable_initializer(0)->set_name("layer1.0.conv1.weight");
    const auto imported = importModel(model);
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_THAT(layerNames(imported->graph), ElementsAre("layer1.0.conv1"));
}

TEST(OnnxImporter, InitializersListedAsInputsAreNone) {
    auto model = parseModel(9, {2, 3}, "y = MatMul (x, w)", {{"w", {3, 4}}});
    auto* listed = model.mutable_graph()->add_input();
    listed->set_name("w");
    listed->mutable_type()->mutable_tensor_type()->set_elem_type(::onnx::TensorProto::FLOAT);
    const auto imported = importModel(model);
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_EQ(imported->graph.inputs().size(), 1U);
}

TEST(OnnxImporter, RunsAnyBatch) {
    const auto imported = importModel(
        parseModel(13, {-1, 4, 6}, "s = Constant <value = int64[3] {0, 2, -1}> ()\n y = Reshape (x, s)"));
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_EQ(imported->graph.fixedBatch(), 0);
    const at::Tensor x = numbers({5, 4, 6});
    EXPECT_TRUE(at::equal(run(*imported, x), x.reshape({5, 2, 12})));
}

TEST(OnnxImporter, AsksForFreeExtents) {
    const auto model = parseModel(13, {-1, 3, -1, -1}, "y = Relu (x)");
    const auto refused = importModel(model);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("--input x="));
    EXPECT_EQ(refused.error().data,
              (ErrorData{{"input", "x"}, {"shape", std::vector<int64_t>{1, 3, 224, 224}}}));
    const auto imported = importModel(model, {{.name = "x", .shape = {1, 3, 4, 5}}});
    ASSERT_TRUE(imported) << imported.error().message;
}

TEST(OnnxImporter, WidensHalfFloatsWithANote) {
    auto model = parseModel(13, {2, 3}, "y = Add (x, w)", {{"w", {3}}});
    auto* weight = model.mutable_graph()->mutable_initializer(0);
    weight->clear_raw_data();
    weight->set_data_type(::onnx::TensorProto::FLOAT16);
    for (const int bits : {0x3c00, 0xc000, 0x3800}) {
        weight->add_int32_data(bits);
    }
    const auto imported = importModel(model);
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_THAT(imported->notes, ElementsAre(HasSubstr("widened")));
    EXPECT_TRUE(
        at::equal(run(*imported, at::zeros({1, 3})), at::tensor({1.0F, -2.0F, 0.5F}).reshape({1, 3})));
}

TEST(OnnxImporter, ReadsClassesFromMetadata) {
    const auto classesFrom = [](const std::string& key, const std::string& value) {
        auto model = parseModel(13, {2, 3}, "y = Relu (x)");
        auto* entry = model.add_metadata_props();
        entry->set_key(key);
        entry->set_value(value);
        auto imported = importModel(model);
        return imported ? imported->classes : std::vector<std::string>{imported.error().message};
    };
    EXPECT_THAT(classesFrom("quantoscope", R"({"classes": ["cat", "dog"]})"), ElementsAre("cat", "dog"));
    EXPECT_THAT(classesFrom("names", "{0: 'cat', 1: \"dog\"}"), ElementsAre("cat", "dog"));
    EXPECT_THAT(classesFrom("classes", "cat, dog"), ElementsAre("cat", "dog"));
    EXPECT_THAT(classesFrom("labels", R"({"1": "dog", "0": "cat"})"), ElementsAre("cat", "dog"));
    EXPECT_THAT(classesFrom("names", "{0: 'ca"), ElementsAre());
}

/// A model whose weight lies in a file beside it.
::onnx::ModelProto externalModel(const std::string& location, const std::string& offset = "8") {
    auto model = parseModel(13, {2, 3}, "y = Add (x, w)", {{"w", {3}}});
    auto* weight = model.mutable_graph()->mutable_initializer(0);
    weight->clear_raw_data();
    weight->set_data_location(::onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>{"location", location}, {"offset", offset}, {"length", "12"}}) {
        auto* entry = weight->add_external_data();
        entry->set_key(key);
        entry->set_value(value);
    }
    return model;
}

class ExternalData : public testing::Test {
  protected:
    Result<ImportedModel> open(const ::onnx::ModelProto& model, const at::Tensor& data) {
        std::ofstream(folder_ / "weights.bin", std::ios::binary)
            .write(static_cast<const char*>(data.data_ptr()), static_cast<std::streamsize>(data.nbytes()));
        save(model, folder_ / "model.onnx");
        return openModel(folder_ / "model.onnx");
    }
    TemporaryFolder folder_;
};

TEST_F(ExternalData, IsReadFromItsOffset) {
    const auto imported = open(externalModel("weights.bin"), at::arange(6, at::kFloat));
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_TRUE(at::equal(run(*imported, at::zeros({1, 3})), at::arange(2, 5, at::kFloat).reshape({1, 3})));
}

TEST_F(ExternalData, IsRefusedWhereItIsNotWhole) {
    const auto imported = open(externalModel("weights.bin"), at::arange(4, at::kFloat));
    ASSERT_FALSE(imported);
    EXPECT_THAT(imported.error().message, HasSubstr("tensor w needs bytes 8 to 20 of weights.bin"));
}

TEST_F(ExternalData, StaysInTheModelsFolder) {
    for (const char* location : {"../weights.bin", "/etc/passwd", ""}) {
        const auto imported = open(externalModel(location), at::arange(6, at::kFloat));
        ASSERT_FALSE(imported) << location;
        EXPECT_THAT(imported.error().message, HasSubstr("not inside the model's folder"));
    }
    std::filesystem::create_symlink("/proc/self/environ", folder_ / "link.bin");
    EXPECT_FALSE(open(externalModel("link.bin", "0"), at::arange(6, at::kFloat)));
}

TEST_F(ExternalData, IsRefusedWhereItIsMissing) {
    const auto imported = open(externalModel("gone.bin"), at::arange(6, at::kFloat));
    ASSERT_FALSE(imported);
    EXPECT_THAT(imported.error().message, HasSubstr("is missing: put it beside the model"));
}

/// A model that must be refused, and words of the one line that says why.
struct Refusal {
    std::string name;
    std::string nodes;
    std::string words;
    int opset = 13;
};

void PrintTo(const Refusal& refusal, std::ostream* stream) {
    *stream << refusal.name;
}

class OnnxRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(OnnxRefusal, IsOneClearLine) {
    const auto imported =
        importModel(parseModel(GetParam().opset, {2, 4}, GetParam().nodes, {{"w", {4, 4}}, {"s", {1}}}));
    ASSERT_FALSE(imported);
    EXPECT_THAT(imported.error().message, HasSubstr(GetParam().words));
    EXPECT_THAT(imported.error().message, testing::Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    All, OnnxRefusal,
    testing::Values(
        Refusal{"UnknownOperator", "y = Flarp (x)", "node y (Flarp)"},
        Refusal{"OtherDomain", "y = com.microsoft.Flarp (x)", "domain com.microsoft"},
        Refusal{"UndefinedInput", "y = Relu (nothing)", "its input nothing"},
        Refusal{"Cycle", "a = Relu (b)\n b = Relu (a)\n y = Add (a, x)", "its input b"},
        Refusal{"TwoOfOneName", "y = Relu (x)\n y = Relu (x)", "defined twice"},
        Refusal{"NoSuchOutput", "z = Relu (x)", "output y is computed by no node"},
        Refusal{"ConditionOfData",
                "c = ReduceSum <keepdims = 0> (x)\n b = Cast <to = 9> (c)\n"
                "y = If <then_branch = t () => (float[] p) { p = Relu (x) },"
                "        else_branch = e () => (float[] q) { q = Neg (x) }> (b)",
                "(If): its condition depends on the data"},
        Refusal{"EndlessLoop",
                "n = Constant <value = int64 {1000000000000}> ()\n c = Constant <value = bool {1}> ()\n"
                "y = Loop <body = b (int64 i, bool go, float[] a) => (bool on, float[] r) {\n"
                "on = Identity (go)\n r = Add (a, x)\n }> (n, c, x)",
                "unrolls to more than"},
        Refusal{"HugeConstant",
                "d = Constant <value = int64[2] {1048576, 1048576}> ()\n"
                "c = ConstantOfShape (d)\n t = ReduceSum <keepdims = 0> (c)\n y = Add (x, t)",
                "larger than a model of this size can need"},
        Refusal{"HugeOuterProduct",
                "d = Constant <value = int64[1] {1000000}> ()\n c = ConstantOfShape (d)\n"
                "e = Constant <value = int64[2] {1000000, 1}> ()\n r = Reshape (c, e)\n p = Add (c, r)\n"
                "t = ReduceSum <keepdims = 0> (p)\n y = Add (x, t)",
                "larger than a model of this size can need"},
        Refusal{"HugeRange",
                "a = Constant <value = int64 {0}> ()\n b = Constant <value = int64 {1000000000000}> ()\n"
                "c = Constant <value = int64 {1}> ()\n r = Range (a, b, c)\n f = Cast <to = 1> (r)\n"
                "t = ReduceSum <keepdims = 0> (f)\n y = Add (x, t)",
                "larger than a model of this size can need"},
        Refusal{"HugeTile", "r = Constant <value = int64[2] {4294967296, 4294967296}> ()\n y = Tile (x, r)",
                "larger than a model of this size can need"},
        Refusal{"HugePad",
                "p = Constant <value = int64[4] {0, 0, 0, 9223372036854775807}> ()\n y = Pad (x, p)",
                "out of range"},
        Refusal{"IntegerOverflow",
                "a = Constant <value = int64[1] {-9223372036854775808}> ()\n"
                "b = Constant <value = int64[1] {-1}> ()\n c = Div (a, b)\n f = Cast <to = 1> (c)\n"
                "y = Add (x, f)",
                "integer overflow"},
        Refusal{"SizesOfData", "e = Cast <to = 7> (x)\n y = Expand (x, e)", "depends on the data"},
        Refusal{"StringConstant", "c = Constant <value_string = \"hello\"> ()\n y = Identity (c)", "string"}),
    [](const auto& info) { return info.param.name; });

TEST(OnnxImporter, RefusesTensorsThatDoNotMatchTheirShape) {
    auto model = parseModel(13, {2, 3}, "y = Add (x, w)", {{"w", {3}}});
    auto* weight = model.mutable_graph()->mutable_initializer(0);
    weight->set_dims(0, 5);
    auto refused = importModel(model);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("tensor w needs 20 bytes for its shape but holds 12"));
    weight->set_dims(0, int64_t{1} << 40);
    EXPECT_FALSE(importModel(model));
    weight->set_dims(0, -3);
    EXPECT_FALSE(importModel(model));
    weight->set_data_type(::onnx::TensorProto::STRING);
    refused = importModel(model);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("string"));
}

TEST(OnnxImporter, RefusesWhatIsCutOff) {
    const TemporaryFolder folder;
    const auto path = folder / "model.onnx";
    std::string bytes = parseModel(13, {2, 3}, "y = Add (x, w)", {{"w", {300}}}).SerializeAsString();
    std::ofstream(path, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    const auto refused = openModel(path);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("damaged or truncated"));
}

/// Every byte of a small model in turn with other values: it opens or is refused, but nothing else happens.
TEST(OnnxImporter, SurvivesChangedBytes) {
    const TemporaryFolder folder;
    const auto path = folder / "model.onnx";
    const std::string bytes =
        parseModel(13, {1, 2, 4, 4},
                   "a = Conv <pads = [1, 1, 1, 1]> (x, w)\n b = MaxPool <kernel_shape = [2, 2]> (a)\n"
                   "s = Constant <value = int64[2] {0, -1}> ()\n y = Reshape (b, s)",
                   {{"w", {2, 2, 3, 3}}})
            .SerializeAsString();
    size_t opened = 0;
    for (size_t i = 0; i < bytes.size(); i += 2) {
        for (const unsigned char flip : {0x01, 0x80, 0x7f}) {
            std::string changed = bytes;
            changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ flip);
            std::ofstream(path, std::ios::binary) << changed;
            const auto imported = openModel(path);
            opened += imported ? 1 : 0;
            EXPECT_TRUE(imported || !imported.error().message.empty());
        }
    }
    EXPECT_GT(opened, 0U);
}

}  // namespace
}  // namespace qs::test
