#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>
#include <unistd.h>

#include <filesystem>

#include "importers/importer.h"
#include "ops/evaluate.h"
#include "ops/fusion.h"
#include "ops/op.h"
#include "support/test_models.h"

namespace qs {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

std::vector<std::string> groupNames(const Graph& graph) {
    std::vector<std::string> names;
    for (const auto& group : fuse(graph)) {
        names.push_back(graph.node(group.primary).name);
    }
    return names;
}

/// A test's name from a file's: "resnet18_traced.pt" -> "resnet18_traced", "." -> "folder".
std::string identifier(const std::string& file) {
    return file == "." ? "folder" : file.substr(0, file.find('.'));
}

class Torchvision : public ::testing::TestWithParam<const char*> {};

TEST_P(Torchvision, FloatOutputsEqualLibTorchs) {
    QS_NEEDS_MODELS();
    const auto path = test::modelFile(GetParam());
    auto opened = openModel(path);
    ASSERT_TRUE(opened) << opened.error().message;
    for (const auto& node : opened->graph.nodes()) {
        EXPECT_FALSE(node.op.starts_with("aten::")) << node.name << " is carried, not opened: " << node.op;
    }
    at::manual_seed(7);
    const at::Tensor input = at::randn({2, 3, 96, 96});
    auto ours = evaluate(opened->graph, std::span(&input, 1));
    ASSERT_TRUE(ours) << ours.error().message;
    torch::jit::Module module = torch::jit::load(path.string());
    module.eval();
    const at::Tensor theirs = module.forward({input}).toTensor();
    const double scale = theirs.abs().max().item<double>();
    EXPECT_GT(scale, 1e-3);
    EXPECT_LT(((*ours)[0] - theirs).abs().max().item<double>(), 1e-5 * scale);
}

TEST_P(Torchvision, EveryConvolutionIsFoldedIntoALayerOfItsOwnName) {
    QS_NEEDS_MODELS();
    auto opened = openModel(test::modelFile(GetParam()), {{"", {1, 3, 96, 96}}});
    ASSERT_TRUE(opened) << opened.error().message;
    const auto groups = fuse(opened->graph);
    int adds = 0;
    for (const auto& group : groups) {
        const std::string op = groupOp(opened->graph, group);
        EXPECT_NE(op, "batch_norm") << opened->graph.node(group.primary).name;
        EXPECT_NE(op, "add") << opened->graph.node(group.primary).name;
        EXPECT_NE(op, "relu") << opened->graph.node(group.primary).name;
        adds += group.add.has_value();
    }
    const bool resnet = std::string(GetParam()).starts_with("resnet18");
    EXPECT_EQ(adds, resnet ? 8 : 10);
    EXPECT_EQ(groups.size(), resnet ? 24u : 55u);
    const auto names = groupNames(opened->graph);
    if (resnet) {
        EXPECT_EQ(names.front(), "conv1");
        EXPECT_EQ(names.back(), "fc");
        EXPECT_THAT(names, Contains("layer4.1.conv2"));
        EXPECT_THAT(names, Contains("layer2.0.downsample.0"));
    } else {
        EXPECT_EQ(names.front(), "features.0.0");
        EXPECT_THAT(names, Contains("features.3.conv.0.0"));
        EXPECT_EQ(names.back(), "classifier.1");
    }
}

TEST_P(Torchvision, CountsMultiplyAccumulates) {
    QS_NEEDS_MODELS();
    auto opened = openModel(test::modelFile(GetParam()));
    ASSERT_TRUE(opened) << opened.error().message;
    int64_t macs = 0;
    for (const auto& node : opened->graph.nodes()) {
        macs += countMacs(opened->graph, node);
    }
    // The published figures: 1.814 and 0.3008 GMAC.
    const bool resnet = std::string(GetParam()).starts_with("resnet18");
    EXPECT_NEAR(static_cast<double>(macs), resnet ? 1.8141e9 : 0.3008e9, resnet ? 1e5 : 1e5);
}

INSTANTIATE_TEST_SUITE_P(Models, Torchvision,
                         ::testing::Values("resnet18_scripted.pt", "resnet18_traced.pt",
                                           "mobilenet_v2_scripted.pt", "mobilenet_v2_traced.pt"),
                         [](const auto& info) { return identifier(info.param); });

TEST(Samples, OpenWithTheirShapeAndClasses) {
    for (const char* name : {"fashion_resnet.pt", "fashion_mobilenet.pt"}) {
        auto opened = openModel(test::sampleFile(name));
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_EQ(opened->graph.value(opened->graph.inputs().at(0)).shape, (Shape{1, 1, 28, 28}));
        EXPECT_EQ(opened->classes.size(), 10u);
    }
}

TEST(Guesses, ANetworkOfVolumesTakesAClip) {
    torch::jit::Module module("__torch__.Clips");
    module.register_parameter("w", at::ones({4, 1, 3, 3, 3}), /*is_buffer=*/false);
    module.define("def forward(self, x):\n    return torch.relu(torch.conv3d(x, self.w))\n");
    const auto path =
        std::filesystem::temp_directory_path() / ("qs-clips-" + std::to_string(::getpid()) + ".pt");
    module.save(path.string());
    const auto opened = openModel(path);
    std::filesystem::remove(path);
    ASSERT_TRUE(opened) << opened.error().message;
    const Graph& graph = opened->graph;
    EXPECT_EQ(graph.value(graph.inputs().at(0)).shape, (Shape{1, 1, 16, 112, 112}));
    EXPECT_EQ(graph.nodes()[0].op, "conv3d");
    EXPECT_EQ(countMacs(graph, graph.nodes()[0]), int64_t{4} * 27 * 14 * 110 * 110);
}

class SmallNetworks : public ::testing::TestWithParam<const char*> {};

TEST_P(SmallNetworks, ComputeWhatLibTorchComputes) {
    QS_NEEDS_MODELS();
    const auto path = test::modelFile(GetParam());
    auto opened = openModel(path);
    ASSERT_TRUE(opened) << opened.error().message;
    at::manual_seed(5);
    const at::Tensor input = at::randn({2, 3, 9, 9});
    const auto ours = evaluate(opened->graph, std::span(&input, 1));
    ASSERT_TRUE(ours) << ours.error().message;
    const at::Tensor theirs = torch::jit::load(path.string()).forward({input}).toTensor();
    EXPECT_LT(((*ours)[0] - theirs).abs().max().item<double>(), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Files, SmallNetworks, ::testing::Values("carried.pt", "in_place.pt"),
                         [](const auto& info) { return identifier(info.param); });

TEST(Names, ASecondUseOfAModuleIsNumbered) {
    QS_NEEDS_MODELS();
    const auto opened = openModel(test::modelFile("in_place.pt"));
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(opened->graph.findNode("relu"));
    EXPECT_TRUE(opened->graph.findNode("relu#2"));
    EXPECT_TRUE(opened->graph.findNode("add"));
}

TEST(Names, ACarriedOperatorKeepsItsModulesName) {
    QS_NEEDS_MODELS();
    const auto opened = openModel(test::modelFile("carried.pt"));
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE(opened->graph.findNode("act"));
    EXPECT_EQ(opened->graph.findNode("act")->op, "aten::softplus");
    ASSERT_TRUE(opened->graph.findNode("split"));
    EXPECT_EQ(opened->graph.findNode("split")->outputs.size(), 2u);
}

struct BadFile {
    const char* name;
    const char* message;
};

class BadFiles : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadFiles, AreRefusedInOneClearLine) {
    QS_NEEDS_MODELS();
    const auto opened = openModel(test::modelFile(GetParam().name));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Failed);
    EXPECT_THAT(opened.error().message, HasSubstr(GetParam().message));
    EXPECT_EQ(opened.error().message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadFiles,
    ::testing::Values(BadFile{"missing.pt", "No such file"}, BadFile{"empty.pt", "is empty"},
                      BadFile{"truncated.pt", "damaged or truncated"},
                      BadFile{"text.pt", "no model that can be opened"},
                      BadFile{"state_dict.pt", "state_dict"}, BadFile{"state_dict_old.pt", "state_dict"},
                      BadFile{".", "is a folder"},
                      BadFile{"control_flow.pt", "control flow that depends on the data"}),
    [](const auto& info) { return identifier(info.param.name); });

TEST(ValueNames, AreIdentitiesThoughAnInputIsCalledLikeALayer) {
    torch::jit::Module module("network");
    module.define("def forward(self, relu):\n    y = torch.relu(relu)\n    return torch.sigmoid(y)\n");
    const auto path = std::filesystem::path(testing::TempDir()) / "input_like_a_layer.pt";
    module.save(path.string());
    const auto opened = openModel(path, {{"", {2, 4}}});
    ASSERT_TRUE(opened) << opened.error().message;
    std::set<std::string> names;
    for (const Value& value : opened->graph.values()) {
        EXPECT_TRUE(names.insert(value.name).second) << value.name;
    }
    EXPECT_TRUE(names.contains("relu"));
    EXPECT_TRUE(names.contains("relu:0"));
    EXPECT_THAT(opened->notes, Contains(HasSubstr("what the layer gives is called relu:0")));
}

}  // namespace
}  // namespace qs
