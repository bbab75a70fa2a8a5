#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "importers/importer.h"
#include "importers/newer_operator_cases.h"
#include "importers/torchscript/newer_operators.h"
#include "ops/evaluate.h"
#include "support/changed_archive.h"

namespace qs {
namespace {

using at::Tensor;
using test::NewerCase;
using ::testing::HasSubstr;
using Tensors = std::vector<Tensor>;

/// The file that PyTorch 2 would write of the case.
std::string saved(const NewerCase& newerCase) {
    registerNewerOperators();
    torch::jit::Module module("__torch__.Newer");
    for (size_t i = 0; i < newerCase.parameters.size(); ++i) {
        module.register_buffer("w" + std::to_string(i), newerCase.parameters[i]);
    }
    static const char* const kNames[] = {"x", "y", "z", "t"};
    std::string source = "def forward(self";
    for (size_t i = 0; i < newerCase.inputs.size(); ++i) {
        source += std::string(", ") + kNames[i];
    }
    module.define(source + "):\n    " + newerCase.forward + "\n");
    const std::string path =
        ::testing::TempDir() + "newer_" + newerCase.name + std::to_string(getpid()) + ".pt";
    module.save(path);
    return path;
}

class NewerOperators : public ::testing::TestWithParam<NewerCase> {};

TEST_P(NewerOperators, ComputeWhatTheyAreDocumentedToCompute) {
    const NewerCase& newerCase = GetParam();
    std::vector<InputSpec> shapes;
    Tensors inputs;
    at::manual_seed(11);
    for (Shape shape : newerCase.inputs) {
        shapes.push_back({"", shape});
        inputs.push_back(at::randn(shape));
    }
    const auto opened = openModel(saved(newerCase), shapes);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(opened->notes.empty()) << opened->notes[0];
    for (int round = 0; round < 2; ++round) {
        const auto ours = evaluate(opened->graph, inputs);
        ASSERT_TRUE(ours) << ours.error().message;
        const Tensor theirs = newerCase.expected(inputs, newerCase.parameters);
        ASSERT_EQ((*ours)[0].sizes(), theirs.sizes());
        EXPECT_LT(((*ours)[0] - theirs).abs().max().item<double>(), 2e-5);
        if (opened->graph.fixedBatch() != 0 || newerCase.inputs[0][0] != 2) {
            break;
        }
        for (Tensor& input : inputs) {  // another batch
            input = at::cat({input, at::randn_like(input)});
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, NewerOperators, ::testing::ValuesIn(test::newerCases()),
                         [](const auto& info) { return info.param.name; });

/// LibTorch runs them too.
TEST(NewerOperatorsInLibTorch, RunAsTheyAreOpened) {
    registerNewerOperators();
    torch::jit::Module module("__torch__.Newer");
    module.define(
        "def forward(self, x):\n"
        "    a, b = torch.std_mean(x, [1], correction=0.5)\n"
        "    return torch.scaled_dot_product_attention(x, x, x, None, 0., True) + a.unsqueeze(1) + "
        "b.unsqueeze(1)\n");
    const Tensor x = at::randn({2, 4, 3});
    const Tensor theirs = test::attended(x, x, x, test::additive(test::causal(4, 4))) +
                          (x.var({1}, false, true) * 4 / 3.5).sqrt() + x.mean({1}, true);
    EXPECT_LT((module.forward({x}).toTensor() - theirs).abs().max().item<double>(), 1e-5);
}

TEST(NewerOperatorsNames, AttentionIsFoundUnderItsModule) {
    registerNewerOperators();
    torch::jit::Module attention("__torch__.SelfAttention");
    attention.define("def forward(self, x):\n    return torch.scaled_dot_product_attention(x, x, x)\n");
    torch::jit::Module model("__torch__.Model");
    model.register_module("self_attn", attention);
    model.define("def forward(self, x):\n    return torch.relu(self.self_attn.forward(x))\n");
    const std::string path = ::testing::TempDir() + "newer_names" + std::to_string(getpid()) + ".pt";
    model.save(path);
    const auto opened = openModel(path, {{"", {2, 4, 8}}});
    ASSERT_TRUE(opened) << opened.error().message;
    std::vector<std::string> names;
    for (const Node& node : opened->graph.nodes()) {
        names.push_back(node.name);
    }
    const std::string layer = "self_attn.scaled_dot_product_attention.";
    EXPECT_THAT(names, ::testing::ElementsAre(layer + "mul", layer + "permute", layer + "matmul",
                                              layer + "softmax", layer + "matmul#2", "relu"));
}

TEST(NewerOperatorsNames, AMaskBesideCausalIsRefusedAsInPyTorch) {
    const auto opened =
        openModel(saved({"both",
                         "return torch.scaled_dot_product_attention(x, x, x, self.w0, 0., True)",
                         {{2, 4, 8}},
                         {at::ones({4, 4}, at::kBool)},
                         {}}),
                  {{"", {2, 4, 8}}});
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr("is given a mask besides is_causal"));
}

TEST(NewerOperatorsUnknown, AreRefusedWithTheRemedy) {
    torch::jit::Module model("__torch__.Model");
    model.define("def forward(self, x):\n    return torch.relu(x)\n");
    const std::string path = ::testing::TempDir() + "newer_unknown" + std::to_string(getpid()) + ".pt";
    model.save(path);
    for (const auto& [call, what] :
         {std::pair("torch.brand_new(", "the operator aten::brand_new is newer than LibTorch"),
          {"torch.relu(decay=1, self=",
           "the operator aten::relu is called in a form that is "
           "newer than LibTorch"},
          {"torch.rms_norm([1], ", "the operator aten::rms_norm is called in a form"},
          {"ops.mine.act(", "the custom operator mine::act is not known here"}}) {
        const auto changed =
            test::changedArchive(path, [call = call](const std::string& name, std::string& content) {
                if (name.ends_with(".py")) {
                    test::replaceFirst(content, "torch.relu(", call);
                }
            });
        const auto opened = openModel(changed, {{"", {2, 4}}});
        ASSERT_FALSE(opened) << call;
        EXPECT_THAT(opened.error().message, HasSubstr(what));
    }
}

}  // namespace
}  // namespace qs
