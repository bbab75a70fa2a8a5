// Preprocessing that became part of the network, against the loader's own.

#include "exporters/preprocessing.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "data/preprocess.h"
#include "exporters/comparison.h"
#include "exporters/runners.h"
#include "support/export_graphs.h"

namespace qs::test {

namespace {

using testing::HasSubstr;

protocol::Preprocessing settings(const std::string& order, const std::string& layout) {
    protocol::Preprocessing settings;
    settings.channels = 3;
    settings.mean = {0.485, 0.456, 0.406};
    settings.std = {0.229, 0.224, 0.225};
    settings.scale = 1.0 / 255;
    settings.color_order = order;
    settings.layout = layout;
    return settings;
}

/// Eight rows and six columns in which every channel of every pixel differs.
Image image() {
    Image image(6, 8, 3);
    for (size_t i = 0; i < image.pixels.size(); ++i) {
        image.pixels[i] = static_cast<uint8_t>(i * 37 % 256);
    }
    return image;
}

/// N x C x H x W, as the network with preprocessing inside takes it.
at::Tensor pixels(const Image& image) {
    at::Tensor tensor = at::empty({image.height, image.width, image.channels}, at::kFloat);
    std::copy(image.pixels.begin(), image.pixels.end(), tensor.data_ptr<float>());
    return tensor.permute({2, 0, 1}).unsqueeze(0).contiguous();
}

/// What the loader makes of the image.
at::Tensor preprocessed(const Image& image, const protocol::Preprocessing& settings) {
    const Preprocessor preprocessor = Preprocessor::make(settings, {}).value();
    at::Tensor tensor = at::empty(preprocessor.shapeOf({image.height, image.width}), at::kFloat);
    preprocessor.normalize(image, tensor.data_ptr<float>());
    return tensor.unsqueeze(0);
}

/// A network that gives back what it takes.
QuantizedGraph identityNetwork(const at::Tensor& input) {
    QuantizedGraphBuilder b;
    b.output("y", b.apply("identity", "same", b.input("image", input), {}));
    return b.graph();
}

class Inside : public testing::TestWithParam<std::array<std::string, 2>> {};

TEST_P(Inside, MakesTheLoadersNumbers) {
    const protocol::Preprocessing how = settings(GetParam()[0], GetParam()[1]);
    const at::Tensor expected = preprocessed(image(), how);
    const QuantizedGraph graph = withPreprocessing(identityNetwork(expected), how).value();
    const at::Tensor found = runReference(graph, pixels(image()));
    ASSERT_EQ(found.sizes(), expected.sizes());
    EXPECT_LT((found - expected).abs().max().item<float>(), 1e-6);
    EXPECT_EQ(graph.value(graph.inputs.at(0)).shape, pixels(image()).sizes().vec());
    EXPECT_EQ(graph.inputNames.at(0), "image");
}

TEST_P(Inside, TakesTheExampleAlong) {
    ExportOptions options;
    options.preprocessingInside = true;
    options.preprocessing = settings(GetParam()[0], GetParam()[1]);
    const at::Tensor input = preprocessed(image(), *options.preprocessing);
    options.example = {input};
    options.inputShapes = {input.sizes().vec()};
    const ExportSource source = exportSource(identityNetwork(input), options).value();
    EXPECT_TRUE(source.options.example.at(0).equal(pixels(image())));
    EXPECT_EQ(source.options.inputShapes.at(0), pixels(image()).sizes().vec());
}

TEST_P(Inside, RunsInWhatIsExported) {
    const TemporaryFolder folder;
    ExportOptions options;
    options.preprocessingInside = true;
    options.preprocessing = settings(GetParam()[0], GetParam()[1]);
    const at::Tensor expected = preprocessed(image(), *options.preprocessing);
    const Exporter& onnx = **exporterFor("model.onnx");
    const auto written = exportTo(onnx, identityNetwork(expected), options, folder / "model.onnx");
    ASSERT_TRUE(written) << written.error().message;
    const ForeignRun run = runOnnxRuntime(folder / "model.onnx", pixels(image()));
    if (run.absent) {
        GTEST_SKIP() << run.log;
    }
    ASSERT_TRUE(run.output.defined()) << run.log;
    EXPECT_LT((run.output - expected.flatten(1)).abs().max().item<float>(), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Forms, Inside,
                         testing::Values(std::array<std::string, 2>{"rgb", "nchw"},
                                         std::array<std::string, 2>{"bgr", "nchw"},
                                         std::array<std::string, 2>{"rgb", "nhwc"},
                                         std::array<std::string, 2>{"bgr", "nhwc"}),
                         [](const auto& info) { return info.param[0] + "_" + info.param[1]; });

TEST(PreprocessingInside, KeepsIntegersBehindIt) {
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {2, 3, 8, 8});
    b.output("y", b.dequantize("conv", b.conv2d("conv", b.quantize("x", x), {.activation = relu})));
    const QuantizedGraph graph = withPreprocessing(b.graph(), settings("rgb", "nchw")).value();
    EXPECT_EQ(graph.nodes.at(0).layer, "preprocessing.scale");
    EXPECT_EQ(graph.nodes.at(1).layer, "preprocessing.shift");
    EXPECT_EQ(graph.nodes.at(2).op, "quantize");
    EXPECT_EQ(graph.nodes.at(2).inputs, graph.nodes.at(1).outputs);
}

TEST(PreprocessingInside, IsRefusedWithoutOneImageInput) {
    const auto wrongChannels =
        withPreprocessing(identityNetwork(at::empty({1, 4, 8, 8})), settings("rgb", "nchw"));
    ASSERT_FALSE(wrongChannels);
    EXPECT_THAT(wrongChannels.error().message, HasSubstr("3 channels"));
    QuantizedGraphBuilder b;
    b.output("y", b.add("sum", b.input("a", {1, 3, 4, 4}), b.input("b", {1, 3, 4, 4})));
    EXPECT_FALSE(withPreprocessing(b.graph(), settings("rgb", "nchw")));
}

TEST(PreprocessingInside, IsRefusedWhereNobodyKnowsIt) {
    const auto source = exportSource(identityNetwork(at::empty({1, 3, 8, 8})), {.preprocessingInside = true});
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().kind, ErrorKind::Usage);
}

}  // namespace

}  // namespace qs::test
