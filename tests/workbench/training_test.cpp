// What is trained is what is written: one module on two inputs, from validation to both file formats.

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <algorithm>

#include "core/files.h"
#include "quant/networks.h"
#include "workbench/script_models.h"
#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using test::saveNpy;
using test::StripesData;
using testing::HasSubstr;

class Training : public WorkbenchTest {
  protected:
    /// Convolution and batch norm, as they are before any training, on the left and the right half. Tensors
    /// of equal numbers are one tensor in the file, as ONNX exports and frozen modules have them.
    std::string twice() {
        at::manual_seed(3);
        const at::Tensor ones = at::ones({6}), zeros = at::zeros({6});
        torch::jit::Module part("__torch__.Part");
        for (const auto& [name, tensor] : {std::pair("weight", at::randn({6, 2, 3, 3}) * 0.3),
                                           {"gamma", ones},
                                           {"beta", zeros},
                                           {"mean", zeros},
                                           {"variance", ones}}) {
            part.register_parameter(name, tensor, false);
        }
        part.define(
            "def forward(self, x):\n"
            "    y = torch.conv2d(x, self.weight, None, [1, 1], [1, 1])\n"
            "    return torch.relu(torch.batch_norm(y, self.gamma, self.beta, self.mean, self.variance, "
            "False, 0.1, 1e-5, False))\n");
        torch::jit::Module network("__torch__.Twice");
        network.register_module("part", part);
        network.register_parameter("w", at::randn({3, 12}) * 0.3, false);
        network.register_parameter("b", at::zeros({3}), false);
        network.define(
            "def forward(self, x):\n"
            "    a = self.part.forward(x[:, :, :, 0:4])\n"
            "    b = self.part.forward(x[:, :, :, 4:8])\n"
            "    y = torch.adaptive_avg_pool2d(torch.cat([a, b], 1), [1, 1])\n"
            "    return torch.linear(torch.flatten(y, 1), self.w, self.b)\n");
        network.save(file("twice.pt"));
        return file("twice.pt");
    }

    protocol::DataSpec data(const std::string& name, int64_t samples, uint64_t seed) {
        const StripesData stripes(samples, seed);
        saveNpy(file(name + ".npy"), stripes.images());
        saveNpy(file(name + "_labels.npy"), at::arange(samples).remainder(3));
        return {"npy:" + file(name + ".npy") + "," + file(name + "_labels.npy"), {}};
    }
};

TEST_F(Training, OfAModuleThatIsUsedTwiceIsWhatFilesHold) {
    protocol::VariantSpec variant{twice(), data("train", 480, 3), {}, recipe()};
    variant.inputs.emplace_back().shape = {1, 2, 8, 8};
    variant.recipe.eval_samples = 0;
    variant.recipe.qat = protocol::QatSettings{};
    variant.recipe.qat->epochs = 3;
    variant.recipe.qat->learning_rate = 0.05;
    variant.recipe.qat->batch = 32;
    const protocol::DataSpec validation = data("validation", 150, 99);
    const auto trained = train({variant, validation, file("twice.qsw")}, job_);
    ASSERT_TRUE(trained) << trained.error().message;

    // The same network on the same samples, but for the rounding of the biases.
    ASSERT_TRUE(trained->curve.back().validation_top1);
    EXPECT_NEAR(*trained->curve.back().validation_top1, *trained->variant.top1, 2);
    EXPECT_GT(*trained->variant.top1, 85);
    EXPECT_THAT(trained->notes, testing::Contains(HasSubstr("the result of 86 of them")))
        << "calibration has the others";

    const std::string bytes = readFile(file("twice.qsw")).value();
    int64_t weights = 0;
    for (const auto& item : torch::jit::pickle_load({bytes.begin(), bytes.end()}).toGenericDict()) {
        weights += item.value().toTensor().dim() == 4 ? 1 : 0;
    }
    EXPECT_EQ(weights, 1);

    variant.data = validation;
    variant.recipe = trained->recipe;
    for (const char* name : {"out.pt", "out.onnx"}) {
        SCOPED_TRACE(name);
        ASSERT_TRUE(exportModel({variant, file(name)}, job_));
        const auto verified =
            workbench_.verify({file(name), variant.model, validation, variant.inputs, variant.recipe}, job_);
        ASSERT_TRUE(verified) << verified.error().message;
        EXPECT_TRUE(verified->passed) << verified->verdict;
        ASSERT_TRUE(verified->file_top1);
        EXPECT_NEAR(*verified->file_top1, *trained->variant.top1, 0.7);  // one sample
    }
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(readFile(file("out.onnx")).value()));
    const auto& constants = model.graph().initializer();
    EXPECT_EQ(std::count_if(constants.begin(), constants.end(),
                            [](const auto& tensor) { return tensor.dims_size() == 4; }),
              1);
}

}  // namespace
}  // namespace qs
