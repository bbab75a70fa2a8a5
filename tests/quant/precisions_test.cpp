// Qconfigs beyond INT8, against numbers computed here: on kernels where they fit, simulated where they do
// not.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ops/quantize.h"
#include "quant/networks.h"
#include "quant/ptq.h"
#include "runtime/executor.h"
#include "support/prepared.h"

namespace qs {
namespace {

constexpr int64_t kRunSamples = 6;

TensorOverride withDType(DType dtype) {
    TensorOverride wanted;
    wanted.dtype = dtype;
    return wanted;
}

struct Quantized {
    PreparedModel model;
    QuantizedGraph graph;
};

Quantized quantize(const std::vector<Rule>& rules) {
    auto set = RuleSet::make(rules);
    EXPECT_TRUE(set) << set.error().message;
    auto model = test::prepareGraph(test::smallNetwork(), *set);
    EXPECT_TRUE(model) << model.error().message;
    test::StripesData data(2 * kRunSamples);
    Job job;
    auto calibration = calibrate(*model, data, 0, kRunSamples, job);
    EXPECT_TRUE(calibration) << calibration.error().message;
    auto graph = convert(*model, *calibration);
    EXPECT_TRUE(graph) << graph.error().message;
    return {std::move(model).value(), std::move(graph).value()};
}

/// What every step gave, by its index.
std::map<size_t, std::vector<at::Tensor>> taps(const std::string& backend, const QuantizedGraph& graph,
                                               std::vector<at::Tensor>* inputs = nullptr) {
    auto executor = makeExecutor(backend, graph);
    EXPECT_TRUE(executor) << executor.error().message;
    const at::Tensor images = test::StripesData(kRunSamples, 11).images();
    std::map<size_t, std::vector<at::Tensor>> all;
    const auto outputs =
        (*executor)->run(std::span(&images, 1), [&](size_t node, std::span<const at::Tensor> values) {
            for (const at::Tensor& value : values) {
                all[node].push_back(value.contiguous().clone());
            }
        });
    EXPECT_TRUE(outputs) << outputs.error().message;
    if (inputs) {
        *inputs = {images};
    }
    return all;
}

/// The tensors that step `node` read, from what all steps gave.
std::vector<at::Tensor> inputsOf(const QuantizedGraph& graph, const QNode& node,
                                 const std::map<size_t, std::vector<at::Tensor>>& given,
                                 const at::Tensor& images) {
    std::vector<at::Tensor> inputs;
    for (const ValueId id : node.inputs) {
        at::Tensor found = id == graph.inputs.at(0) ? images : at::Tensor();
        for (const auto& [index, values] : given) {
            for (size_t i = 0; i < values.size(); ++i) {
                found = graph.nodes[index].outputs[i] == id ? values[i] : found;
            }
        }
        inputs.push_back(found);
    }
    return inputs;
}

/// Sums of products of integers in 64 bits: a convolution or a linear layer.
at::Tensor integerProduct(const QNode& node, const at::Tensor& x, const at::Tensor& w) {
    if (node.op == "linear") {
        return x.to(at::kLong).matmul(w.to(at::kLong).t());
    }
    // Exact: doubles hold integers up to 2^53.
    return at::conv2d(x.to(at::kDouble), w.to(at::kDouble), {}, node.attrs.ints("stride"),
                      node.attrs.ints("padding"), node.attrs.ints("dilation"),
                      node.attrs.get<int64_t>("groups", 1));
}

struct WidthCase {
    const char* name;
    TensorOverride weight;
    int64_t least, greatest;
};

class WeightWidths : public testing::TestWithParam<std::tuple<const char*, int>> {
  public:
    static std::vector<WidthCase> cases() {
        std::vector<WidthCase> all{{"int4", withDType(DType::Int4), -8, 7},
                                   {"int4_tensor", withDType(DType::Int4), -8, 7},
                                   {"int2", withDType(DType::Int2), -2, 1},
                                   {"ternary", withDType(DType::Ternary), -1, 1},
                                   {"binary", withDType(DType::Binary), -1, 1}};
        all[1].weight.granularity = Granularity::PerTensor;
        return all;
    }
};

/// Integer kernels compute exactly with narrow weights: every output is within one step of 64-bit sums
/// rounded in double, and nearly all are equal.
TEST_P(WeightWidths, RunOnIntegerKernels) {
    const auto& [backend, index] = GetParam();
    const WidthCase wanted = cases().at(static_cast<size_t>(index));
    const auto [model, graph] = quantize({{RuleMatch::Global, "", {"onednn", {}, {}, wanted.weight}}});
    std::vector<at::Tensor> images;
    const auto given = taps(backend, graph, &images);
    int64_t checked = 0;
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
        const QNode& node = graph.nodes[n];
        if (!node.weight) {
            continue;
        }
        ASSERT_EQ(node.compute, Compute::Integer) << node.layer;
        EXPECT_GE(node.weightInt->min().item<int64_t>(), wanted.least);
        EXPECT_LE(node.weightInt->max().item<int64_t>(), wanted.greatest);
        EXPECT_GT(std::get<0>(at::_unique(*node.weightInt)).numel(), 1);
        if (node.hasAdd) {
            continue;
        }
        const QParams& x = *graph.value(node.inputs[0]).qparams;
        const QParams& y = *graph.value(node.outputs[0]).qparams;
        const at::Tensor input = inputsOf(graph, node, given, images[0]).at(0);
        const at::Tensor sum = integerProduct(node, input.to(at::kLong) - x.zeroPoint[0], *node.weightInt);
        std::vector<int64_t> shape(static_cast<size_t>(sum.dim()), 1);
        shape[1] = -1;
        const at::Tensor scale =
            at::tensor(node.weightQParams->scale, at::kDouble).mul(x.scale[0]).reshape(shape);
        const at::Tensor bias = node.bias->to(at::kDouble).reshape(shape).div(scale).round();
        at::Tensor real = (sum.to(at::kDouble) + bias) * scale;
        real = node.activation.kind == FusedActivation::Kind::Clip
                   ? real.clamp(node.activation.low, node.activation.high)
               : node.activation.kind == FusedActivation::Kind::Relu ? real.clamp_min(0)
                                                                     : real;
        const at::Tensor expected =
            real.div(y.scale[0]).round().add(y.zeroPoint[0]).clamp(y.quantMin, y.quantMax);
        const at::Tensor apart = (given.at(n).at(0).to(at::kDouble) - expected).abs();
        EXPECT_LE(apart.max().item<double>(), 1) << node.layer;
        EXPECT_GE(apart.eq(0).to(at::kDouble).mean().item<double>(), 0.99) << node.layer;
        ++checked;
    }
    EXPECT_GE(checked, 3);
}

INSTANTIATE_TEST_SUITE_P(Backends, WeightWidths,
                         testing::Combine(testing::Values("onednn", "xnnpack", "reference"),
                                          testing::Range(0, 5)),
                         [](const auto& test) {
                             return std::string(std::get<0>(test.param)) + "_" +
                                    WeightWidths::cases()[static_cast<size_t>(std::get<1>(test.param))].name;
                         });

/// The nearest grid point, counted in double.
at::Tensor onGrid(const at::Tensor& x, double scale, int64_t zero, int64_t low, int64_t high) {
    return x.to(at::kDouble).div(scale).round().add(zero).clamp(low, high).sub(zero).mul(scale);
}

class Simulated : public testing::TestWithParam<const char*> {};

TEST_P(Simulated, GroupsOfWeightsInAFloatStep) {
    QConfigSpec group{"onednn"};
    group.weight.dtype = DType::Int4;
    group.weight.group = 4;
    const auto [model, graph] =
        quantize({{RuleMatch::Global, "", "onednn"}, {RuleMatch::Layer, "fc", group}});
    std::vector<at::Tensor> images;
    const auto given = taps(GetParam(), graph, &images);
    bool found = false;
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
        const QNode& node = graph.nodes[n];
        if (node.layer != "fc" || node.isBoundary()) {
            continue;
        }
        found = true;
        EXPECT_EQ(node.compute, Compute::Simulated);
        const Graph floats = test::smallNetwork();
        const Node& fc = *floats.findNode("fc");
        const at::Tensor w = floats.constant(fc.inputs[1]);  // 3 x 8
        at::Tensor expected = at::empty_like(w, at::kDouble);
        for (int64_t row = 0; row < 3; ++row) {
            for (int64_t begin = 0; begin < 8; begin += 4) {
                const at::Tensor part = w[row].slice(0, begin, begin + 4);
                const double scale = part.abs().max().item<float>() / 7.5F;
                expected[row].slice(0, begin, begin + 4) = onGrid(part, scale, 0, -8, 7);
            }
        }
        // The extremes are ties: 7.5 steps, which the last bit of a quotient moves either way.
        const at::Tensor apart = (node.weight->to(at::kDouble) - expected).abs();
        EXPECT_LE(apart.max().item<double>(), 1.001 * w.abs().max().item<double>() / 7.5);
        EXPECT_GE(apart.lt(1e-6).to(at::kDouble).mean().item<double>(), 0.7);
        const at::Tensor x = inputsOf(graph, node, given, images[0]).at(0);
        const at::Tensor y =
            x.to(at::kDouble).matmul(node.weight->to(at::kDouble).t()) + floats.constant(fc.inputs[2]);
        EXPECT_TRUE(at::allclose(given.at(n).at(0).to(at::kDouble), y, 1e-5, 1e-6));
    }
    EXPECT_TRUE(found);
}

TEST_P(Simulated, SixteenBitActivations) {
    QConfigSpec wide{"onednn"};
    wide.activation.dtype = DType::Int16;
    wide.activation.scheme = Scheme::Symmetric;
    const auto [model, graph] = quantize({{RuleMatch::Global, "", wide}});
    std::vector<at::Tensor> images;
    const auto given = taps(GetParam(), graph, &images);
    int64_t rounded = 0, equal = 0, values = 0;
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
        const QNode& node = graph.nodes[n];
        ASSERT_TRUE(node.isBoundary() || node.compute == Compute::Simulated) << node.layer << ' ' << node.op;
        if (node.op != "fake_quantize") {
            continue;
        }
        const double scale = node.attrs.get<std::vector<double>>("scale").at(0);
        const at::Tensor x = inputsOf(graph, node, given, images[0]).at(0);
        const at::Tensor expected = onGrid(x, scale, 0, -32768, 32767);
        const at::Tensor apart = given.at(n).at(0).to(at::kDouble).sub(expected).abs();
        EXPECT_LE(apart.max().item<double>(), 1.01 * scale) << "a tie may round either way";
        equal += apart.le(0.1 * scale).sum().item<int64_t>();
        values += apart.numel();
        ++rounded;
    }
    EXPECT_GE(rounded, 5);
    // Quotients of 16 bits have 8 left behind the point.
    EXPECT_GE(static_cast<double>(equal) / static_cast<double>(values), 0.99);
}

TEST_P(Simulated, HalfPrecision) {
    const auto [model, graph] = quantize({{RuleMatch::Global, "", "fp16"}});
    std::vector<at::Tensor> images;
    const auto given = taps(GetParam(), graph, &images);
    const Graph floats = test::smallNetwork();
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
        const QNode& node = graph.nodes[n];
        if (node.op == "fake_quantize") {
            const at::Tensor x = inputsOf(graph, node, given, images[0]).at(0);
            EXPECT_TRUE(at::equal(given.at(n).at(0), x.to(at::kHalf).to(at::kFloat))) << node.layer;
        } else if (node.layer == "fc") {
            const at::Tensor w = floats.constant(floats.findNode("fc")->inputs[1]);
            EXPECT_TRUE(at::equal(*node.weight, w.to(at::kHalf).to(at::kFloat)));
        }
    }
    EXPECT_EQ(precisionText(model, 0), "fp16");
}

INSTANTIATE_TEST_SUITE_P(Backends, Simulated, testing::Values("onednn", "xnnpack", "reference"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Precisions, WeightsAloneAreSmaller) {
    QConfigSpec narrow{"weight_only"};
    narrow.weight.dtype = DType::Int4;
    const auto [model, graph] = quantize({{RuleMatch::Global, "", narrow}});
    auto floats = test::floatForm(test::smallNetwork());
    int64_t weights = 0, scales = 0;
    for (const QNode& node : graph.nodes) {
        EXPECT_TRUE(!node.weight || node.compute == Compute::WeightOnly) << node.layer;
        weights += node.weight ? node.weight->numel() : 0;
        scales += node.weight ? static_cast<int64_t>(node.weightGrid->scale.size()) : 0;
    }
    EXPECT_NEAR(floats->parameterBytes() - graph.parameterBytes(), 4 * weights - weights / 2 - 4 * scales,
                static_cast<double>(graph.nodes.size()))
        << "two weights a byte, but for an odd one a layer";
    EXPECT_EQ(precisionText(model, 0), "w4");
}

TEST(Precisions, NamesOfWidths) {
    const auto text = [](QConfigSpec spec) {
        auto model = test::prepareGraph(test::smallNetwork(),
                                        RuleSet::make({{RuleMatch::Global, "", std::move(spec)}}).value());
        EXPECT_TRUE(model);
        return precisionText(*model, 0);
    };
    EXPECT_EQ(text({"onednn"}), "int8");
    EXPECT_EQ(text({"onednn", {}, {}, withDType(DType::Int4)}), "w4a8");
    EXPECT_EQ(text({"onednn", {}, withDType(DType::UInt4), withDType(DType::Int4)}), "w4a4");
    EXPECT_EQ(text({"onednn", {}, {}, withDType(DType::Ternary)}), "w1.58a8");
    EXPECT_EQ(text({"onednn", {}, {}, withDType(DType::Binary)}), "w1a8");
    EXPECT_EQ(text({"onednn", {}, withDType(DType::Int16), {}}), "w8a16");
    EXPECT_EQ(text({"onednn", {}, withDType(DType::Float8E4M3), withDType(DType::Float8E4M3)}), "fp8");
    EXPECT_EQ(text({"fp32"}), "fp32");
    EXPECT_EQ(text({"bf16"}), "bf16");
}

TEST(Precisions, AGroupThatDoesNotDivideNamesRuleAndLayer) {
    QConfigSpec group{"onednn"};
    group.weight.dtype = DType::Int4;
    group.weight.group = 5;
    const auto rules = RuleSet::make({{RuleMatch::Global, "", "onednn"}, {RuleMatch::Pattern, "f*", group}});
    const auto model = test::prepareGraph(test::smallNetwork(), *rules);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().kind, ErrorKind::Usage);
    EXPECT_EQ(
        model.error().message,
        "rule 2 (f*): layer fc: weight.group 5 does not divide the 8 weights of an output channel; choose "
        "another group for it, or channel");
}

/// Float8 as its definition has it: every representable number is a fixed point, and what lies between goes
/// to the nearer one.
TEST(Precisions, Float8RoundsToTheNearestOfItsNumbers) {
    for (const DType dtype : {DType::Float8E4M3, DType::Float8E5M2}) {
        const DTypeInfo& type = infoOf(dtype);
        std::vector<float> numbers;
        for (int exponent = type.leastExponent; exponent < 16; ++exponent) {
            for (int mantissa = 0; mantissa < 1 << type.mantissaBits; ++mantissa) {
                const double fraction = double(mantissa) / (1 << type.mantissaBits);
                if (exponent == type.leastExponent) {
                    numbers.push_back(static_cast<float>(std::ldexp(fraction, exponent)));  // subnormal
                }
                const double number = std::ldexp(1 + fraction, exponent);
                if (number <= type.greatestFinite) {
                    numbers.push_back(static_cast<float>(number));
                }
            }
        }
        std::ranges::sort(numbers);
        EXPECT_EQ(numbers.size(), dtype == DType::Float8E4M3 ? 127U : 124U);
        const at::Tensor exact = at::tensor(numbers);
        EXPECT_TRUE(at::equal(roundToFloat(exact, dtype), exact));
        EXPECT_TRUE(at::equal(roundToFloat(-exact, dtype), -exact));
        const at::Tensor x = at::linspace(-300, 300, 20001);
        const at::Tensor nearest = (x.abs().unsqueeze(1) - exact.unsqueeze(0)).abs().amin(1);
        EXPECT_TRUE(at::allclose((roundToFloat(x, dtype) - x).abs(), nearest, 1e-6, 1e-7));
        EXPECT_EQ(roundToFloat(at::tensor({1e9F}), dtype).item<double>(), type.greatestFinite);
        EXPECT_TRUE(std::isnan(roundToFloat(at::tensor({NAN}), dtype).item<float>()));
    }
    EXPECT_TRUE(std::isinf(roundToFloat(at::tensor({1e9F}), DType::Float16).item<float>()));
}

}  // namespace
}  // namespace qs
