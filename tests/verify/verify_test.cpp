#include "verify/verify.h"

#include <ATen/ops/argmax.h>
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "verify/departure.h"
#include "verify_fixture.h"

namespace qs::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

/// How an export is run: its ending, and the runtime.
struct Form {
    std::string extension;
    std::string runtime;
};

void PrintTo(const Form& form, std::ostream* out) {
    *out << form.runtime;
}

std::string textOf(const protocol::VerifyResult& result) {
    std::string text = result.verdict;
    for (const auto& layer : result.layers) {
        text += '\n' + layer.name + ' ' + layer.op + ' ' + std::to_string(layer.within_one_percent) + " % " +
                std::to_string(layer.worst_lsb);
    }
    return text;
}

class VerifyForms : public VerifyFixture, public testing::WithParamInterface<Form> {
  protected:
    void SetUp() override {
        VerifyFixture::SetUp();
        if (!isHere(GetParam().runtime)) {
            GTEST_SKIP() << fileRuntimes().find(GetParam().runtime)->whyAbsent();
        }
    }
    /// Exports `file`'s graph and holds it against `engine`.
    protocol::VerifyResult verifyAgainst(const QuantizedGraph& file, const QuantizedGraph& engine,
                                         const at::Tensor& input) const {
        const auto result = verify(exported(file, "m" + GetParam().extension), engine, TensorData(input),
                                   {.runtime = GetParam().runtime});
        EXPECT_TRUE(result) << result.error().message;
        return result ? *result : protocol::VerifyResult();
    }
};

TEST_P(VerifyForms, GoodExportsPass) {
    for (const ExportCase& network : exportCases()) {
        SCOPED_TRACE(network.name);
        if (GetParam().runtime == "libtorch-qnnpack" && !loadsOnQnnpack(network.graph)) {
            continue;
        }
        const auto result = verifyAgainst(network.graph, network.graph, network.input);
        if (result.passed) {
            EXPECT_THAT(result.departures, testing::IsEmpty());
        }
        // Seven bits instead of eight are worth 6 dB.
        const double wanted = network.name.ends_with("reduced_range") ? 29 : 35;
        for (const auto& output : result.outputs) {
            EXPECT_GE(output.sqnr_db.value_or(wanted), wanted) << textOf(result);
        }
        EXPECT_EQ(result.first_layer_out, "") << textOf(result);
        EXPECT_EQ(result.samples, network.input.size(0));
        EXPECT_EQ(result.runtime, GetParam().runtime);
        EXPECT_GT(*result.engine_ms, 0);
        EXPECT_GT(*result.file_ms, 0);
    }
}

TEST_P(VerifyForms, EveryIntegerTensorIsCompared) {
    for (const char* name : {"network", "network_mixed", "float_ops", "pools", "clip_below_range"}) {
        SCOPED_TRACE(name);
        const ExportCase network = exportCase(name);
        size_t integers = 0;
        for (const QNode& node : network.graph.nodes) {
            integers += network.graph.value(node.outputs.at(0)).isInteger() ? 1 : 0;
        }
        const auto result = verifyAgainst(network.graph, network.graph, network.input);
        EXPECT_THAT(result.layers, SizeIs(integers)) << textOf(result);
        EXPECT_THAT(result.notes, testing::IsEmpty());
        for (const auto& layer : result.layers) {
            EXPECT_GT(layer.scale, 0);
            EXPECT_GT(layer.values, 0);
        }
    }
}

TEST_P(VerifyForms, AChangedBiasFailsInItsLayer) {
    const ExportCase network = exportCase("network_mixed");
    for (const char* wrong : {"conv1", "layer1.0.conv2", "layer2.0.conv1", "features.3.conv.1.0"}) {
        SCOPED_TRACE(wrong);
        QuantizedGraph changed = network.graph;
        QNode& node = *std::ranges::find_if(
            changed.nodes, [&](const QNode& n) { return n.layer == wrong && n.weight.has_value(); });
        const auto& qparams = network.graph.value(node.outputs[0]).qparams;
        node.bias = node.bias->add(qparams ? 9 * qparams->scale[0] : 1.0);
        const auto result = verifyAgainst(changed, network.graph, network.input);
        EXPECT_FALSE(result.passed);
        EXPECT_EQ(result.first_layer_out, wrong) << textOf(result);
        EXPECT_THAT(result.verdict, HasSubstr(wrong));
        EXPECT_THAT(result.departures,
                    testing::Contains(testing::Truly([&](const protocol::Departure& departure) {
                        return departure.difference.name == wrong && departure.difference.worst_lsb > 1;
                    })));
        EXPECT_EQ(std::ranges::count_if(result.layers, [](const auto& layer) { return !layer.passed; }), 1)
            << "layers behind the wrong one are not at fault\n"
            << textOf(result);
    }
}

TEST_P(VerifyForms, AChangedScaleFailsInItsLayer) {
    const ExportCase network = exportCase("network");
    QuantizedGraph changed = network.graph;
    const QNode& node = *std::ranges::find(changed.nodes, "layer2.0.downsample.0", &QNode::layer);
    changed.values[static_cast<size_t>(node.outputs[0].index)].qparams->scale[0] *= 1.5;
    const auto result = verifyAgainst(changed, network.graph, network.input);
    EXPECT_FALSE(result.passed);
    EXPECT_EQ(result.first_layer_out, "layer2.0.downsample.0") << textOf(result);
    ASSERT_FALSE(result.departures.empty());
    EXPECT_EQ(result.departures.back().difference.name, "layer2.0.downsample.0");
    EXPECT_GT(result.departures.back().differing_percent, kTiesPercent);
}

INSTANTIATE_TEST_SUITE_P(Files, VerifyForms,
                         testing::Values(Form{".onnx", "onnxruntime"}, Form{".pt", "libtorch-onednn"},
                                         Form{".pt", "libtorch-qnnpack"}),
                         [](const auto& info) {
                             std::string name = info.param.runtime;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

class VerifyTest : public VerifyFixture {};

/// Writes the model again after `change`.
template <typename F>
void changeOnnx(const std::filesystem::path& file, F&& change) {
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(readFile(file).value()));
    change(model);
    std::ofstream(file, std::ios::binary) << model.SerializeAsString();
}

TEST_F(VerifyTest, AWeightThatIsChangedInTheOnnxFileFails) {
    if (!isHere("onnxruntime")) {
        GTEST_SKIP() << "needs onnxruntime-node";
    }
    const ExportCase network = exportCase("network");
    const auto file = exported(network.graph, "m.onnx");
    changeOnnx(file, [](onnx::ModelProto& model) {
        for (auto& initializer : *model.mutable_graph()->mutable_initializer()) {
            if (initializer.name() == "features.3.conv.0.0.weight") {
                (*initializer.mutable_raw_data())[5] ^= 0x40;
            }
        }
    });
    const auto result = verify(file, network.graph, TensorData(network.input));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_FALSE(result->passed);
    EXPECT_EQ(result->first_layer_out, "features.3.conv.0.0") << textOf(*result);
    ASSERT_FALSE(result->departures.empty());
    EXPECT_EQ(result->departures.back().difference.name, "features.3.conv.0.0");
    EXPECT_EQ(result->departures.back().kind, "integer");
    EXPECT_EQ(result->departures.back().computed_by, "QLinearConv");
}

TEST_F(VerifyTest, WeightsInAFileOfTheirOwnAreFound) {
    if (!isHere("onnxruntime")) {
        GTEST_SKIP() << "needs onnxruntime-node";
    }
    const ExportCase network = exportCase("network");
    const auto file = exported(network.graph, "m.onnx");
    changeOnnx(file, [&](onnx::ModelProto& model) {
        for (auto& initializer : *model.mutable_graph()->mutable_initializer()) {
            if (initializer.name() == "conv1.weight") {
                std::ofstream(path("m.onnx.data"), std::ios::binary) << initializer.raw_data();
                initializer.clear_raw_data();
                initializer.set_data_location(onnx::TensorProto::EXTERNAL);
                auto& location = *initializer.add_external_data();
                location.set_key("location");
                location.set_value("m.onnx.data");
            }
        }
    });
    const auto result = verify(file, network.graph, TensorData(network.input));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->passed) << textOf(*result);
    EXPECT_FALSE(result->layers.empty());
}

/// A network of the same geometry all of whose activations have zero points that are `steps` higher. LibTorch
/// 1.13 finds oneDNN's primitives again without looking at zero points.
QuantizedGraph withZeroPointsHigher(QuantizedGraph graph, int64_t steps) {
    const auto raise = [steps](QParams& qparams) {
        qparams.zeroPoint.at(0) = std::min(qparams.zeroPoint[0] + steps, qparams.quantMax);
    };
    for (QValue& value : graph.values) {
        if (value.qparams) {
            raise(*value.qparams);
        }
    }
    for (QNode& node : graph.nodes) {
        if (node.preAdd) {
            raise(*node.preAdd);
        }
    }
    return graph;
}

TEST_F(VerifyTest, FilesOfOneGeometryDoNotDisturbEachOther) {
    const ExportCase network = exportCase("network");
    for (const int64_t steps : {0, 20, 7}) {
        SCOPED_TRACE(steps);
        const QuantizedGraph graph = withZeroPointsHigher(network.graph, steps);
        const auto result = verify(exported(graph, "m" + std::to_string(steps) + ".pt"), graph,
                                   TensorData(network.input), {.runtime = "libtorch-onednn"});
        ASSERT_TRUE(result) << result.error().message;
        EXPECT_TRUE(result->passed) << textOf(*result);
    }
}

TEST_F(VerifyTest, AFileForArmIsRunAsOnArm) {
    if (!isHere("onnxruntime")) {
        GTEST_SKIP() << "needs onnxruntime-node";
    }
    const ExportCase network = exportCase("network");
    const auto arm = exportedFor("onnxruntime-arm", network.graph, "arm.onnx");
    const auto x64 = exportedFor("onnxruntime-x64", network.graph, "x64.onnx");
    const auto runs = [&](const std::filesystem::path& file) {
        const auto opened = openFile(readFacts(file).value(), "onnxruntime", 1).value();
        EXPECT_EQ(opened.session->version().find("qdqisint8allowed=1") != std::string::npos, file == arm);
        return opened.session->run(std::array{network.input}).value().at(0);
    };
    EXPECT_TRUE(runs(arm).equal(runs(x64))) << "their integers differ by 128 only";
    const auto result = verify(arm, network.graph, TensorData(network.input));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->passed) << textOf(*result);
    EXPECT_THAT(result->runtime_version, HasSubstr("as on ARM processors"));
}

/// Gives the file's first output the extents `shape` by a Reshape behind it.
void reshapeOutput(onnx::ModelProto& model, const std::vector<int64_t>& shape) {
    onnx::GraphProto& graph = *model.mutable_graph();
    onnx::TensorProto& extents = *graph.add_initializer();
    extents.set_name("extents");
    extents.set_data_type(onnx::TensorProto::INT64);
    extents.add_dims(static_cast<int64_t>(shape.size()));
    extents.mutable_int64_data()->Assign(shape.begin(), shape.end());
    onnx::NodeProto& reshape = *graph.add_node();
    reshape.set_op_type("Reshape");
    reshape.add_input(graph.output(0).name());
    reshape.add_input("extents");
    reshape.add_output("reshaped");
    graph.mutable_output(0)->set_name("reshaped");
    graph.mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
}

TEST_F(VerifyTest, AxesOfOneElementAreNoDifference) {
    if (!isHere("onnxruntime")) {
        GTEST_SKIP() << "needs onnxruntime-node";
    }
    const ExportCase network = exportCase("network");
    const auto engine = makeXnnpackExecutor(network.graph).value();
    Shape shape = engine->run(std::array{network.input}).value().at(0).sizes().vec();
    shape[0] = -1;
    const auto shaped = [&](const Shape& wanted) {
        const auto file = exported(network.graph, "m.onnx");
        changeOnnx(file, [&](onnx::ModelProto& model) { reshapeOutput(model, wanted); });
        return verify(file, network.graph, TensorData(network.input));
    };
    Shape more = shape;
    more.insert(more.end(), {1, 1});
    const auto same = shaped(more);
    ASSERT_TRUE(same) << same.error().message;
    EXPECT_TRUE(same->passed) << textOf(*same);
    Shape other = shape;
    other.push_back(2);
    other[1] /= 2;
    const auto refused = shaped(other);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("is not an export of this network"));
}

TEST_F(VerifyTest, ClassesAreCountedOnRealDataOnly) {
    const ExportCase network = exportCase("network");
    const auto file = exported(network.graph, "m.pt");
    const auto engine = makeXnnpackExecutor(network.graph).value();
    const at::Tensor labels = at::argmax(engine->run(std::array{network.input}).value().at(0), 1);
    const TensorData data(network.input, labels);
    const auto real = verify(file, network.graph, data, {.batch = 3}, /*real=*/true);
    ASSERT_TRUE(real) << real.error().message;
    EXPECT_EQ(real->samples, network.input.size(0));
    EXPECT_EQ(real->engine_top1, 100);
    EXPECT_EQ(real->agreement, real->file_top1) << "the labels are the engine's classes";
    const auto noise = verify(file, network.graph, data);
    ASSERT_TRUE(noise) << noise.error().message;
    EXPECT_FALSE(noise->agreement);
    EXPECT_FALSE(noise->engine_top1);
    EXPECT_THAT(noise->verdict, HasSubstr("output y"));
}

TEST_F(VerifyTest, AFileOfAnotherNetworkIsRefused) {
    const ExportCase small = exportCase("conv"), network = exportCase("network");
    const auto names = verify(exported(small.graph, "m.pt"), network.graph, TensorData(network.input));
    ASSERT_FALSE(names);
    EXPECT_THAT(names.error().message,
                AllOf(HasSubstr("m.pt is not an export of this network"), HasSubstr("no layer conv")));
    const ExportCase linear = exportCase("linear");
    const auto outputs = verify(exported(linear.graph, "l.pt"), exportCase("linear_relu").graph,
                                TensorData(linear.input), {.layerSamples = 0});
    ASSERT_TRUE(outputs) << outputs.error().message;
    EXPECT_FALSE(outputs->passed);
    EXPECT_LT(*outputs->outputs.at(0).sqnr_db, 35);
}

TEST_F(VerifyTest, SamplesThatTheFileDoesNotTakeAreAFailureWithARemedy) {
    const ExportCase network = exportCase("network");
    const auto file = exported(network.graph, "m.pt");
    const auto refused =
        verify(file, network.graph, TensorData(network.input.flatten(2)), {.layerSamples = 0});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, testing::Not(HasSubstr("\n")));
}

TEST_F(VerifyTest, ACancelledJobStops) {
    const ExportCase network = exportCase("network");
    const FileFacts facts = readFacts(exported(network.graph, "m.pt")).value();
    const auto engine = makeXnnpackExecutor(network.graph).value();
    CancelToken token;
    token.cancel();
    Job job({}, token);
    const TensorData data(network.input);
    const auto result = verifyFile({.file = facts, .engine = *engine, .data = data}, {}, job);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Cancelled);
}

TEST_F(VerifyTest, AFileThatNamesNoLayersIsComparedByItsOutputs) {
    if (!isHere("onnxruntime")) {
        GTEST_SKIP() << "needs onnxruntime-node";
    }
    const ExportCase network = exportCase("network");
    const auto file = exported(network.graph, "m.onnx");
    changeOnnx(file, [](onnx::ModelProto& model) { model.clear_metadata_props(); });
    const auto result = verify(file, network.graph, TensorData(network.input));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->passed) << result->verdict;
    EXPECT_THAT(result->layers, testing::IsEmpty());
    EXPECT_THAT(result->notes, testing::Contains(HasSubstr("names no INT8 layers")));
}

}  // namespace
}  // namespace qs::test
