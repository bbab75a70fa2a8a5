// Numbers of few bits in the element types that newer opsets have for them: the file's bytes, and what ONNX
// Runtime computes with them, against numbers computed here.

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "exporters/exporter.h"
#include "exporters/runners.h"
#include "ops/fake_quantize.h"
#include "support/export_graphs.h"

namespace qs::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kOutputs = 6;
constexpr int64_t kChannels = 8;

/// What a byte of float8 means, by the formats' definition (https://arxiv.org/abs/2209.05433, table 1); NaN
/// for bytes without a finite number.
double float8Of(int byte, DType dtype) {
    const bool isE4M3 = dtype == DType::Float8E4M3;
    const int mantissaBits = isE4M3 ? 3 : 2;
    const int bias = isE4M3 ? 7 : 15;
    const int exponent = (byte & 0x7f) >> mantissaBits;
    const int mantissa = byte & ((1 << mantissaBits) - 1);
    if (isE4M3 ? (byte & 0x7f) == 0x7f : exponent == 31) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const double fraction = static_cast<double>(mantissa) / (1 << mantissaBits);
    const double magnitude =
        exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, exponent - bias);
    return (byte & 0x80) ? -magnitude : magnitude;
}

/// The finite number nearest to x, of two the one with an even mantissa.
double nearestFloat8(double x, DType dtype) {
    double best = 0, distance = std::numeric_limits<double>::infinity();
    for (int pass = 0; pass < 2; ++pass) {
        for (int byte = pass; byte < 256; byte += 2) {  // even ones first: they win ties
            const double value = float8Of(byte, dtype);
            if (std::abs(x - value) < distance) {
                best = value;
                distance = std::abs(x - value);
            }
        }
    }
    return best;
}

struct WeightCase {
    std::string name;
    DType dtype;
    int64_t group = 0;  ///< 0: a scale a channel
    bool isLinear = false;
    int64_t zeroPoint = 0;
    int opset = 21;
    int32_t element = 0;  ///< of the file's tensor
    std::string note = {};
};

void PrintTo(const WeightCase& one, std::ostream* out) {
    *out << one.name;
}

/// A layer whose weights lie on the grid of the case, made of random numbers of its dtype.
struct WeightNetwork {
    QuantizedGraph graph;
    at::Tensor input;
    at::Tensor expected;

    explicit WeightNetwork(const WeightCase& one) {
        QuantizedGraphBuilder b;
        const ValueId x = one.isLinear ? b.input("x", {4, kChannels}) : b.input("x", {4, kChannels, 6, 6});
        const LayerSpec spec{.outputs = kOutputs};
        b.output("y", one.isLinear ? b.linear("block.op", x, spec) : b.conv2d("block.op", x, spec));
        graph = b.graph();
        input = b.sample(x).slice(0, 0, 2);
        QNode& node = graph.nodes.at(0);
        const DTypeInfo& type = infoOf(one.dtype);
        const int64_t row = node.weight->numel() / kOutputs;
        const int64_t group = one.group > 0 ? one.group : row;
        QParams grid{one.dtype, 0, {}, {}, type.least, type.greatest, one.group};
        at::Tensor weight = at::empty_like(*node.weight);
        for (int64_t i = 0; i < weight.numel(); ++i) {
            if (i % row % group == 0) {
                grid.scale.push_back(static_cast<float>(0.01 + 0.003 * static_cast<double>(i % 17)));
                grid.zeroPoint.push_back(one.zeroPoint);
            }
            weight.data_ptr<float>()[i] =
                static_cast<float>(number(i, type) - one.zeroPoint) * static_cast<float>(grid.scale.back());
        }
        node.weight = weight;
        node.weightGrid = grid;
        node.compute = Compute::WeightOnly;
        expected = one.isLinear ? at::linear(input, weight, *node.bias)
                                : at::conv2d(input, weight, *node.bias, node.attrs.ints("stride"),
                                             node.attrs.ints("padding"));
    }

    /// All numbers of the type in turn.
    static double number(int64_t i, const DTypeInfo& type) {
        if (type.dtype == DType::Binary) {
            return i % 3 == 0 ? -1 : 1;
        }
        if (type.isInteger) {
            return static_cast<double>(type.least + i * 7 % (type.greatest - type.least + 1));
        }
        const double value = float8Of(static_cast<int>(i * 7 % 256), type.dtype);
        return std::isnan(value) ? 0 : value;
    }
};

onnx::ModelProto read(const std::filesystem::path& path) {
    onnx::ModelProto model;
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(model.ParseFromIstream(&file)) << path;
    return model;
}

std::vector<std::string> layerNotes(const Exported& exported) {
    std::vector<std::string> notes;
    std::ranges::copy_if(exported.notes, std::back_inserter(notes),
                         [](const std::string& note) { return note.starts_with("layer "); });
    return notes;
}

class NarrowWeights : public testing::TestWithParam<WeightCase> {};

TEST_P(NarrowWeights, AreHeldAsTheyAreAndComputeTheSame) {
    const WeightCase& one = GetParam();
    const WeightNetwork network(one);
    const TemporaryFolder folder;
    const auto path = folder / "narrow.onnx";
    ExportOptions options;
    options.opset = one.opset;
    const auto written = exportTo(*exporterFor(path).value(), network.graph, options, path);
    ASSERT_TRUE(written) << written.error().message;
    if (one.note.empty()) {
        EXPECT_THAT(layerNotes(*written), IsEmpty());
    } else {
        EXPECT_THAT(layerNotes(*written), ElementsAre(HasSubstr(one.note)));
    }
    int32_t element = 0;
    const onnx::ModelProto model = read(path);
    for (const auto& tensor : model.graph().initializer()) {
        element = tensor.name() == "block.op.weight" ? tensor.data_type() : element;
    }
    EXPECT_EQ(element, one.element);
    const ForeignRun run = runOnnxRuntime(path, network.input);
    if (run.absent) {
        GTEST_SKIP() << run.log;
    }
    ASSERT_TRUE(run.output.defined()) << run.log;
    const at::Tensor expected = network.expected.flatten(1);
    EXPECT_LT((run.output - expected).abs().max().item<double>(), 1e-6 * expected.abs().max().item<double>());
}

INSTANTIATE_TEST_SUITE_P(
    All, NarrowWeights,
    testing::Values(
        WeightCase{.name = "int4", .dtype = DType::Int4, .element = 22},
        WeightCase{
            .name = "int4_linear_groups", .dtype = DType::Int4, .group = 4, .isLinear = true, .element = 22},
        WeightCase{.name = "int4_groups", .dtype = DType::Int4, .group = 12, .element = 22},
        WeightCase{.name = "int4_before",
                   .dtype = DType::Int4,
                   .opset = 17,
                   .element = 3,
                   .note = "written as int8, with the same values; opset 21 has int4"},
        WeightCase{.name = "int4_groups_before",
                   .dtype = DType::Int4,
                   .group = 12,
                   .opset = 17,
                   .element = 1,
                   .note = "written as float32; opset 21 has groups"},
        WeightCase{.name = "uint4_groups", .dtype = DType::UInt4, .group = 12, .zeroPoint = 7, .element = 21},
        WeightCase{
            .name = "uint4_linear", .dtype = DType::UInt4, .isLinear = true, .zeroPoint = 7, .element = 21},
        WeightCase{.name = "int2",
                   .dtype = DType::Int2,
                   .element = 22,
                   .note = "its int2 weights are written as int4, with the same values"},
        WeightCase{.name = "ternary",
                   .dtype = DType::Ternary,
                   .element = 22,
                   .note = "its ternary weights are written as int4"},
        WeightCase{.name = "binary",
                   .dtype = DType::Binary,
                   .element = 22,
                   .note = "its binary weights are written as int4"},
        WeightCase{.name = "int8_groups", .dtype = DType::Int8, .group = 36, .element = 3},
        WeightCase{
            .name = "uint8_before", .dtype = DType::UInt8, .zeroPoint = 131, .opset = 13, .element = 2},
        WeightCase{.name = "int16", .dtype = DType::Int16, .element = 5},
        WeightCase{.name = "uint16_linear",
                   .dtype = DType::UInt16,
                   .isLinear = true,
                   .zeroPoint = 40'000,
                   .element = 4},
        WeightCase{.name = "int16_before",
                   .dtype = DType::Int16,
                   .opset = 17,
                   .element = 1,
                   .note = "written as float32; opset 21 has int16"},
        WeightCase{.name = "float8_e4m3", .dtype = DType::Float8E4M3, .opset = 19, .element = 17},
        WeightCase{.name = "float8_e5m2_linear",
                   .dtype = DType::Float8E5M2,
                   .isLinear = true,
                   .opset = 19,
                   .element = 19},
        WeightCase{.name = "float8_e4m3_groups", .dtype = DType::Float8E4M3, .group = 12, .element = 17},
        WeightCase{.name = "float8_before",
                   .dtype = DType::Float8E4M3,
                   .opset = 17,
                   .element = 1,
                   .note = "written as float32; opset 19 has float8_e4m3"}),
    [](const auto& info) { return info.param.name; });

struct ActivationCase {
    std::string name;
    DType dtype;
    double scale;
    int64_t zeroPoint;
    int opset;
    int32_t element;
};

void PrintTo(const ActivationCase& one, std::ostream* out) {
    *out << one.name;
}

class NarrowActivations : public testing::TestWithParam<ActivationCase> {};

TEST_P(NarrowActivations, AreRoundedByTheRuntimesOwnOperators) {
    const ActivationCase& one = GetParam();
    const DTypeInfo& type = infoOf(one.dtype);
    const QParams grid{one.dtype, -1, {one.scale}, {one.zeroPoint}, type.least, type.greatest};
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {4, 64});
    b.output("y", b.apply("fake_quantize", "block.op", x, gridAttributes(grid)));
    const at::Tensor input = (at::arange(128, at::kFloat).reshape({2, 64}) - 61.3) * 0.37;
    at::Tensor expected = at::empty_like(input);
    for (int64_t i = 0; i < input.numel(); ++i) {
        const double steps = input.data_ptr<float>()[i] / static_cast<float>(one.scale);
        const double zero = static_cast<double>(one.zeroPoint);
        const double rounded = type.isInteger
                                   ? std::clamp(std::nearbyint(steps), static_cast<double>(type.least) - zero,
                                                static_cast<double>(type.greatest) - zero)
                                   : nearestFloat8(steps, one.dtype);
        expected.data_ptr<float>()[i] = static_cast<float>(rounded) * static_cast<float>(one.scale);
    }
    const TemporaryFolder folder;
    const auto path = folder / "narrow.onnx";
    ExportOptions options;
    options.opset = one.opset;
    const auto written = exportTo(*exporterFor(path).value(), b.graph(), options, path);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_THAT(layerNotes(*written), IsEmpty());
    int32_t element = 0;
    const onnx::ModelProto model = read(path);
    for (const auto& tensor : model.graph().initializer()) {
        element = tensor.name().ends_with("zero_point") ? tensor.data_type() : element;
    }
    EXPECT_EQ(element, one.element);
    const ForeignRun run = runOnnxRuntime(path, input);
    if (run.absent) {
        GTEST_SKIP() << run.log;
    }
    ASSERT_TRUE(run.output.defined()) << run.log;
    EXPECT_TRUE(at::equal(run.output, expected)) << (run.output - expected).abs().max().item<double>();
}

INSTANTIATE_TEST_SUITE_P(All, NarrowActivations,
                         testing::Values(ActivationCase{"int16", DType::Int16, 1e-3, 0, 21, 5},
                                         ActivationCase{"uint16", DType::UInt16, 1e-3, 30'000, 21, 4},
                                         ActivationCase{"int4", DType::Int4, 2.5, 0, 21, 22},
                                         ActivationCase{"uint4", DType::UInt4, 2.5, 7, 21, 21},
                                         ActivationCase{"float8_e4m3", DType::Float8E4M3, 0.05, 0, 19, 17},
                                         ActivationCase{"float8_e5m2", DType::Float8E5M2, 0.05, 0, 19, 19}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace qs::test
