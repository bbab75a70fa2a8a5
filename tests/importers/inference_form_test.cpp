#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/xnnpack_rewrite.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "importers/importer.h"
#include "ops/evaluate.h"

namespace qs {
namespace {

using at::Tensor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const char* const kSaved = "was saved in training mode and is opened as in inference: ";

/// A file of a module with these buffers, whose forward(self, x) has this body.
std::string saved(const std::string& name, const std::string& body, const std::vector<Tensor>& buffers) {
    torch::jit::Module module("__torch__.Saved");
    for (size_t i = 0; i < buffers.size(); ++i) {
        module.register_buffer("w" + std::to_string(i), buffers[i]);
    }
    module.define("def forward(self, x):\n    " + body + "\n");
    const std::string path = ::testing::TempDir() + "inference_" + name + std::to_string(getpid()) + ".pt";
    module.save(path);
    return path;
}

Tensor run(const ImportedModel& model, const Tensor& input) {
    const auto outputs = evaluate(model.graph, std::span(&input, 1));
    EXPECT_TRUE(outputs) << outputs.error().message;
    return outputs ? (*outputs)[0] : Tensor();
}

TEST(SavedInTrainingMode, IsOpenedAsInInferenceAndSaysSo) {
    const Tensor mean = at::randn({3}), variance = at::rand({3}) + 0.5;
    const std::string path =
        saved("training",
              "y = torch.batch_norm(x, None, None, self.w0, self.w1, True, 0.1, 0.01, True)\n"
              "    y = torch.feature_dropout(torch.dropout(y, 0.5, True), 0.2, True)\n"
              "    return torch.dropout(y, 0.0, True)",
              {mean, variance});
    const auto opened = openModel(path, {{"", {2, 3, 4, 4}}});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_THAT(
        opened->notes,
        ElementsAre(kSaved + std::string("dropout is left out, normalization uses its running statistics")));
    const Tensor x = at::randn({2, 3, 4, 4});
    const Tensor wanted = (x - mean.view({3, 1, 1})) / at::sqrt(variance.view({3, 1, 1}) + 0.01);
    EXPECT_LT((run(*opened, x) - wanted).abs().max().item<double>(), 1e-5);
}

TEST(SavedInTrainingMode, InstanceNormAndRecurrentLayersAndRreluToo) {
    const Tensor mean = at::randn({3}), variance = at::rand({3}) + 0.5;
    const auto opened = openModel(
        saved("instance",
              "return torch.rrelu(torch.instance_norm(x, None, None, self.w0, self.w1, True, 0.1, 0.01, "
              "True), 0.1, 0.3, True)",
              {mean, variance}),
        {{"", {2, 3, 4, 4}}});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_THAT(opened->notes, ElementsAre(kSaved + std::string("normalization uses its running statistics, "
                                                                "rrelu uses its mean slope")));
    const Tensor x = at::randn({2, 3, 4, 4});
    const Tensor y = (x - mean.view({3, 1, 1})) / at::sqrt(variance.view({3, 1, 1}) + 0.01);
    EXPECT_LT((run(*opened, x) - at::where(y.gt(0), y, y * 0.2)).abs().max().item<double>(), 1e-5);
}

TEST(SavedInTrainingMode, ModelsInInferenceSayNothing) {
    const Tensor ones = at::ones({3});
    const auto opened =
        openModel(saved("silent",
                        "y = torch.batch_norm(x, None, None, self.w0, self.w0, False, 0.1, 0.01, True)\n"
                        "    return torch.dropout(torch.batch_norm(y, None, None, None, None, True, 0.1, "
                        "0.01, True), 0.5, False)",
                        {ones}),
                  {{"", {2, 3, 4, 4}}});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_THAT(opened->notes, IsEmpty());
    const Tensor x = at::randn({2, 3, 4, 4}) / std::sqrt(1.01);
    const Tensor wanted =
        (x - x.mean({0, 2, 3}, true)) / at::sqrt(x.var({0, 2, 3}, false, true) + 0.01);  // of this batch
    EXPECT_LT((run(*opened, x * std::sqrt(1.01)) - wanted).abs().max().item<double>(), 1e-4);
}

TEST(SavedInTrainingMode, RandomNumbersAreRefused) {
    for (const char* body : {"return x * torch.floor(torch.rand([2, 1, 1, 1]) + 0.9)",
                             "return x * torch.empty([2, 1, 1, 1]).bernoulli_(0.5)",
                             "return torch.bernoulli(x)", "return x + torch.randn_like(x)"}) {
        const auto opened = openModel(saved("random", body, {}), {{"", {2, 3, 4, 4}}});
        ASSERT_FALSE(opened) << body;
        EXPECT_THAT(opened.error().message,
                    HasSubstr("it draws random numbers, so that each run gives another "
                              "result: save the model in inference mode, after model.eval()"));
    }
}

TEST(BoundsThatCross, GiveTheUpperOneEverywhere) {
    for (const char* clamp : {"torch.clamp(y, 5., 1.)", "torch.clamp(torch.relu(y), 2, -3)"}) {
        const auto opened = openModel(saved("crossed",
                                            "y = torch.conv2d(x, self.w0)\n    return torch.conv2d(" +
                                                std::string(clamp) + ", self.w0)",
                                            {at::randn({3, 3, 3, 3})}),
                                      {{"", {2, 3, 8, 8}}});
        ASSERT_TRUE(opened) << opened.error().message;
        const auto clip = std::ranges::find(opened->graph.nodes(), "clip", &Node::op);
        ASSERT_NE(clip, opened->graph.nodes().end());
        EXPECT_EQ(clip->attrs.get<double>("min"), clip->attrs.get<double>("max"));
        const Tensor y = run(*opened, at::randn({2, 3, 8, 8}));
        EXPECT_TRUE(y.select(2, 0).select(2, 0).equal(y.select(2, 3).select(2, 3)));
    }
}

TEST(OptimizedForMobile, IsRefusedWithTheRemedy) {
    torch::jit::Module module("__torch__.Packed");
    module.register_parameter("w", at::randn({4, 3, 3, 3}), false);
    module.register_parameter("b", at::randn({4}), false);
    module.register_attribute("training", c10::BoolType::get(), false);
    module.define("def forward(self, x):\n    return torch.relu(torch.conv2d(x, self.w, self.b))\n");
    const std::string path = ::testing::TempDir() + "packed" + std::to_string(getpid()) + ".pt";
    torch::jit::optimizeForMobile(module).save(path);
    const auto opened = openModel(path, {{"", {2, 3, 8, 8}}});
    ASSERT_FALSE(opened);
    EXPECT_THAT(
        opened.error().message,
        HasSubstr(
            "was made by optimize_for_mobile, which packs its weights for phones: open the model that it "
            "was made from"));
}

TEST(OtherFloatTypes, AModelOfFp64IsOpenedInFp32AndSaysSo) {
    const Tensor weight = at::randn({4, 3, 3, 3}, at::kDouble), middle = at::rand({3, 1, 1}, at::kDouble);
    const auto opened =
        openModel(saved("double",
                        "y = torch.conv2d((torch.to(x, 7) - self.w1) / torch.add(self.w1, 1.5), self.w0)\n"
                        "    return torch.softmax(y + torch.zeros_like(y, dtype=7), 1, 7)",
                        {weight, middle}),
                  {{"", {2, 3, 6, 6}, at::kDouble}});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_THAT(opened->notes, ElementsAre("weights rounded from fp64 to fp32"));
    for (const Value& value : opened->graph.values()) {
        EXPECT_EQ(value.dtype, at::kFloat) << value.name;
    }
    const Tensor x = at::randn({2, 3, 6, 6});
    const Tensor wanted = at::softmax(at::conv2d((x.to(at::kDouble) - middle) / (middle + 1.5), weight), 1);
    EXPECT_LT((run(*opened, x) - wanted).abs().max().item<double>(), 1e-5);
}

}  // namespace
}  // namespace qs
