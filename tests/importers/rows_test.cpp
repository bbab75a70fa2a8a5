#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "importers/importer.h"
#include "ops/evaluate.h"

namespace qs {
namespace {

using at::Tensor;
using ::testing::ElementsAre;

/// Layers along rows [N, C, L], against LibTorch's own run of the file.
struct RowsCase {
    std::string name;
    std::string body;  ///< of forward(self, x)
    Shape input;
    std::vector<Shape> parameters;
    int reshapes;  ///< that are left
};

void PrintTo(const RowsCase& rowsCase, std::ostream* stream) {
    *stream << rowsCase.name;
}

const std::vector<RowsCase> kCases = {
    {"Convolution",
     "return torch.conv1d(x, self.w0, self.w1, [2], [3], [2], 1)",
     {2, 4, 15},
     {{6, 4, 3}, {6}},
     2},
    {"ConvolutionAsTraced",
     "return torch._convolution(x, self.w0, None, [1], [1], [1], False, [0], 2, False, False, True, True)",
     {2, 4, 15},
     {{6, 2, 3}},
     2},
    {"Same", "return torch.conv1d(x, self.w0, None, [1], 'same', [3], 1)", {2, 4, 15}, {{6, 4, 3}}, 2},
    {"Transposed",
     "return torch.conv_transpose1d(x, self.w0, self.w1, [3], [1], [2], 2, [2])",
     {2, 4, 7},
     {{4, 3, 4}, {6}},
     2},
    {"Chain",
     "y = torch.relu(torch.conv1d(x, self.w0, self.w1, [1], [2], [1], 1))\n"
     "    y = torch.batch_norm(torch.conv1d(y, self.w2, None, [1], [1], [1], 6), self.w3, self.w4, self.w5, "
     "torch.abs(self.w6), False, 0.1, 0.01, False)\n"
     "    y = torch.max_pool1d(torch.hardtanh(y, 0., 6.), [3], [2], [1], [1], True)\n"
     "    y = torch.avg_pool1d(torch.silu(y), [2], [2], [1], False, False)\n"
     "    return torch.linear(torch.flatten(torch.adaptive_avg_pool1d(y, [2]), 1), self.w7)",
     {2, 4, 21},
     {{6, 4, 5}, {6}, {6, 1, 3}, {6}, {6}, {6}, {6}, {3, 12}},
     1},
    {"Resampled",
     "y = torch.upsample_nearest1d(torch.conv1d(x, self.w0), [17])\n"
     "    y = torch.upsample_linear1d(torch.conv1d(y, self.w0), None, False, [2.1])\n"
     "    y = torch.upsample_linear1d(torch.conv1d(y, self.w0), [40], True)\n"
     "    return torch.upsample_nearest1d(torch.conv1d(y, self.w0), None, [1.7])",
     {2, 4, 9},
     {{4, 4, 3}},
     2},
    {"Residual",
     "y = torch.conv1d(x, self.w0, None, [1], [1], [1], 1)\n"
     "    y = torch.relu(y + x) * self.w1 + self.w2\n"
     "    a, b = torch.split(y, [1, 3], 1)\n"
     "    y = torch.cat([b, a, torch.constant_pad_nd(x, [2, 0])[:, :, 2:]], 1)\n"
     "    return torch.mean(torch.constant_pad_nd(y, [1, 2, 0, 1]), [2])",
     {2, 4, 11},
     {{4, 4, 3}, {1, 4, 1}, {4, 1}},
     1},
    {"ReadAsRowsToo",
     "y = torch.conv1d(x, self.w0, None, [1], [1], [1], 1)\n"
     "    return torch.softmax(y, -1) + torch.conv1d(torch.relu(y), self.w0, None, [1], [1], [1], 1)",
     {2, 4, 9},
     {{4, 4, 3}},
     3},
    {"CutAlongTheRow",
     "y = torch.conv1d(x, self.w0, None, [1], [0], [1], 1)\n"
     "    y = torch.cat([y[:, :, 1:5], y[:, :, 3:], y[:, 0:, -2:]], 2)\n"
     "    return torch.mean(y, [-1], True)",
     {2, 4, 9},
     {{4, 4, 3}},
     2},
};

class Rows : public ::testing::TestWithParam<RowsCase> {};

TEST_P(Rows, ComputeWhatLibTorchComputes) {
    const RowsCase& rowsCase = GetParam();
    at::manual_seed(17);
    torch::jit::Module module("__torch__.Rows");
    for (size_t i = 0; i < rowsCase.parameters.size(); ++i) {
        module.register_buffer("w" + std::to_string(i), at::randn(rowsCase.parameters[i]));
    }
    module.define("def forward(self, x):\n    " + rowsCase.body + "\n");
    const std::string path =
        ::testing::TempDir() + "rows_" + rowsCase.name + std::to_string(getpid()) + ".pt";
    module.save(path);
    const auto opened = openModel(path, {{"", rowsCase.input}});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->graph.fixedBatch(), 0);
    int reshapes = 0;
    for (const Node& node : opened->graph.nodes()) {
        EXPECT_FALSE(node.op.starts_with("aten::")) << node.op;
        reshapes += node.op == "reshape";
    }
    EXPECT_EQ(reshapes, rowsCase.reshapes) << opened->graph.dump(0);
    for (const int64_t batch : {2, 5}) {
        Shape shape = rowsCase.input;
        shape[0] = batch;
        const Tensor input = at::randn(shape);
        const auto ours = evaluate(opened->graph, std::span(&input, 1));
        ASSERT_TRUE(ours) << ours.error().message;
        const Tensor theirs = module.forward({input}).toTensor();
        ASSERT_EQ((*ours)[0].sizes(), theirs.sizes());
        EXPECT_LT(((*ours)[0] - theirs).abs().max().item<double>(), 1e-4);
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, Rows, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

/// The samples one behind the other in one row: what one window sees may belong to two.
TEST(RowsOfAllSamples, AreLeftAsTheyAre) {
    torch::jit::Module module("__torch__.Rows");
    module.register_buffer("w", at::randn({4, 4, 3}));
    module.define(
        "def forward(self, x):\n    y = torch.conv1d(x.permute(1, 0, 2).reshape(1, 4, -1), self.w)\n"
        "    return torch.conv1d(x.permute(2, 1, 0), self.w, None, [1], [1]).permute(2, 1, 0) + y.mean()\n");
    const std::string path = ::testing::TempDir() + "rows_of_all" + std::to_string(getpid()) + ".pt";
    module.save(path);
    const auto opened = openModel(path, {{"", {2, 4, 9}}});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->graph.fixedBatch(), 0);
    for (const int64_t batch : {2, 5}) {
        const Tensor input = at::randn({batch, 4, 9});
        const auto ours = evaluate(opened->graph, std::span(&input, 1));
        ASSERT_TRUE(ours) << ours.error().message;
        EXPECT_LT(((*ours)[0] - module.forward({input}).toTensor()).abs().max().item<double>(), 1e-4);
    }
}

TEST(RowNames, LayersKeepTheirModulesNames) {
    torch::jit::Module convolution("__torch__.Conv1d");
    convolution.register_parameter("weight", at::randn({4, 4, 3}), false);
    convolution.define("def forward(self, x):\n    return torch.conv1d(x, self.weight)\n");
    torch::jit::Module model("__torch__.Model");
    model.register_module("first", convolution);
    model.register_module("second", convolution.clone());
    model.define(
        "def forward(self, x):\n    return self.second.forward(torch.relu(self.first.forward(x)))\n");
    const std::string path = ::testing::TempDir() + "rows_names" + std::to_string(getpid()) + ".pt";
    model.save(path);
    const auto opened = openModel(path, {{"", {1, 4, 12}}});
    ASSERT_TRUE(opened) << opened.error().message;
    std::vector<std::string> names;
    for (const Node& node : opened->graph.nodes()) {
        names.push_back(node.name);
    }
    EXPECT_THAT(names, ElementsAre("reshape", "first", "relu", "second", "reshape#2"));
    EXPECT_EQ(opened->graph.value(opened->graph.findNode("first")->inputs.at(1)).name, "first.weight");
}

}  // namespace
}  // namespace qs
