#include "exporters/op_cases.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>

#include <functional>
#include <limits>
#include <ostream>

#include "ops/fake_quantize.h"
#include "ops/op.h"
#include "support/export_graphs.h"

namespace qs::test {

namespace {

using Ints = std::vector<int64_t>;
using Values = std::vector<ValueId>;
using Builder = QuantizedGraphBuilder;

Attributes attributes(const std::vector<std::pair<std::string, Attribute>>& list) {
    Attributes attrs;
    for (const auto& [name, value] : list) {
        attrs.set(name, value);
    }
    return attrs;
}

at::Tensor numbers(const Shape& shape) {
    return at::rand(shape, at::make_generator<at::CPUGeneratorImpl>(7)) + 0.5;
}

/// What stands between the inputs, which are integer or not, and the outputs.
struct Body {
    std::string name;
    std::string op;
    std::function<Values(Builder&, ValueId)> build;
    Shape shape = {4, 8, 6, 6};
};

/// An op on one activation.
Body unary(const std::string& op, Attributes attrs = {}, Shape shape = {4, 8, 6, 6},
           std::vector<at::Tensor> constants = {}, const std::string& suffix = "") {
    return {op + suffix, op,
            [=](Builder& b, ValueId x) { return Values{b.apply(op, "block.op", x, attrs, constants)}; },
            shape};
}

/// An op on the input and on what a pooling made of it.
Body binary(const std::string& op, const Ints& pooled, const std::string& suffix = "") {
    return {op + suffix, op, [=](Builder& b, ValueId x) {
                const ValueId other =
                    b.apply("adaptive_avg_pool2d", "block.pool", x, attributes({{"output_size", pooled}}));
                return b.step(op, "block.op", {x, other});
            }};
}

std::vector<Body> arithmeticBodies() {
    const at::Tensor channels = numbers({8, 1, 1});
    return {
        binary("add", {6, 6}),
        binary("add", {1, 1}, "_broadcast"),
        unary("add", {}, {4, 8, 6, 6}, {channels}, "_constant"),
        binary("mul", {6, 6}),
        binary("mul", {1, 1}, "_gate"),
        unary("mul", {}, {4, 8, 6, 6}, {channels}, "_constant"),
        binary("matmul", {6, 6}),
        {"cat", "cat",
         [](Builder& b, ValueId x) {
             const ValueId y = b.apply("sigmoid", "block.gate", x, {});
             return b.step("cat", "block.op", {x, y}, attributes({{"dim", int64_t{1}}}));
         }},
        {"expand_batch", "expand_batch",
         [](Builder& b, ValueId x) {
             const ValueId token = b.step("slice", "block.first", {x},
                                          attributes({{"dim", int64_t{0}},
                                                      {"start", int64_t{0}},
                                                      {"end", int64_t{1}},
                                                      {"step", int64_t{1}}}))
                                       .at(0);
             return b.step("expand_batch", "block.op", {token, x},
                           attributes({{"dim", int64_t{0}}, {"factor", int64_t{2}}}));
         }},
        unary("layer_norm", attributes({{"normalized_shape", Ints{6}}, {"eps", 1e-5}}), {4, 8, 6, 6},
              {numbers({6}), numbers({6})}),
        unary("batch_norm", attributes({{"eps", 1e-5}}), {4, 8, 6, 6},
              {numbers({8}), numbers({8}), numbers({8}), numbers({8})}),
        {"conv2d", "conv2d", [](Builder& b, ValueId x) { return Values{b.conv2d("block.op", x, {})}; }},
        {"conv_transpose2d", "conv_transpose2d",
         [](Builder& b, ValueId x) {
             return Values{b.convTranspose2d("block.op", x, {.stride = 2, .perChannel = false})};
         }},
        {"conv_transpose2d_relu", "conv_transpose2d",
         [](Builder& b, ValueId x) {
             return Values{b.convTranspose2d("block.op", x, {.perChannel = false, .activation = relu})};
         }},
        {"linear", "linear",
         [](Builder& b, ValueId x) { return Values{b.linear("block.op", x, {.outputs = 5})}; }},
    };
}

std::vector<Body> activationBodies() {
    return {
        unary("relu"),
        unary("clip", attributes({{"min", -0.5}, {"max", 1.25}})),
        unary("elu", attributes({{"alpha", 0.75}, {"scale", 1.5}, {"input_scale", 1.0}})),
        unary("elu", attributes({{"alpha", 0.5}, {"scale", 1.0}, {"input_scale", 2.0}}), {4, 8, 6, 6}, {},
              "_scaled"),
        unary("gelu"),
        unary("gelu", attributes({{"approximate", std::string("tanh")}}), {4, 8, 6, 6}, {}, "_tanh"),
        unary("hard_sigmoid", attributes({{"alpha", 1.0 / 6}, {"beta", 0.5}})),
        unary("hard_sigmoid", attributes({{"alpha", 0.2}, {"beta", 0.5}}), {4, 8, 6, 6}, {}, "_other"),
        unary("hard_swish"),
        unary("leaky_relu", attributes({{"slope", 0.1}})),
        unary("prelu", {}, {4, 8, 6, 6}, {numbers({8})}),
        unary("sigmoid"),
        unary("silu"),
        unary("softmax", attributes({{"dim", int64_t{-1}}})),
        unary("softmax", attributes({{"dim", int64_t{1}}}), {4, 8, 6, 6}, {}, "_channels"),
        unary("tanh"),
    };
}

Attributes window(int64_t kernel, int64_t stride, int64_t padding, bool ceilMode, bool countPadding = true) {
    return attributes({{"kernel", Ints{kernel, kernel}},
                       {"stride", Ints{stride, stride}},
                       {"padding", Ints{padding, padding}},
                       {"dilation", Ints{1, 1}},
                       {"ceil_mode", ceilMode},
                       {"count_include_pad", countPadding}});
}

Attributes window3d(const Ints& kernel, const Ints& stride, const Ints& padding, bool countPadding = true) {
    return attributes({{"kernel", kernel},
                       {"stride", stride},
                       {"padding", padding},
                       {"dilation", Ints{1, 1, 1}},
                       {"ceil_mode", false},
                       {"count_include_pad", countPadding}});
}

std::vector<Body> volumeBodies() {
    const Shape volume{4, 8, 4, 6, 6};
    const Ints uneven{1, 3, 2}, strides{1, 2, 2}, padding{0, 1, 0};
    const at::Tensor channel = at::ones({8});
    return {
        {"conv3d", "conv3d", [](Builder& b, ValueId x) { return Values{b.conv3d("block.op", x, {})}; },
         volume},
        unary("adaptive_avg_pool3d", attributes({{"output_size", Ints{1, 1, 1}}}), volume),
        unary("adaptive_avg_pool3d", attributes({{"output_size", Ints{2, 3, 2}}}), volume, {}, "_parts"),
        unary("avg_pool3d", window3d(uneven, strides, padding), volume),
        unary("avg_pool3d", window3d({3, 3, 3}, {2, 2, 2}, {1, 1, 1}, false), volume, {}, "_uncounted"),
        unary("max_pool3d", window3d(uneven, strides, padding), volume),
        unary("mean", attributes({{"dims", Ints{2, 3, 4}}, {"keepdim", false}}), volume, {}, "_volume"),
        unary("relu", {}, volume, {}, "_volume"),
        unary("mul", {}, volume, {numbers({8, 1, 1, 1})}, "_constant_volume"),
        unary("batch_norm", attributes({{"eps", 1e-5}}), volume,
              {channel * 1.5, channel * 0.25, channel * 0.1, channel * 2}, "_volume"),
    };
}

std::vector<Body> poolingBodies() {
    const auto resized = [](Ints size, std::vector<double> scales, bool align) {
        std::vector<std::pair<std::string, Attribute>> list{{"output_size", size}, {"align_corners", align}};
        if (!scales.empty()) {
            list.emplace_back("scales", scales);
        }
        return attributes(list);
    };
    const Shape image{4, 8, 7, 7};
    return {
        unary("adaptive_avg_pool2d", attributes({{"output_size", Ints{1, 1}}})),
        unary("adaptive_avg_pool2d", attributes({{"output_size", Ints{3, 2}}}), {4, 8, 6, 6}, {}, "_parts"),
        unary("avg_pool2d", window(3, 2, 1, false)),
        unary("avg_pool2d", window(3, 2, 1, false, false), image, {}, "_uncounted"),
        unary("avg_pool2d", window(2, 2, 0, true), image, {}, "_ceil"),
        unary("avg_pool2d", window(3, 2, 1, true), {4, 8, 8, 8}, {}, "_ceil_padded"),
        unary("max_pool2d", window(3, 2, 1, false)),
        unary("max_pool2d", window(3, 2, 0, true), {4, 8, 8, 8}, {}, "_ceil"),
        unary("max_pool2d", window(2, 2, 1, true), {4, 8, 7, 7}, {}, "_ceil_padded"),
        unary("mean", attributes({{"dims", Ints{2, 3}}, {"keepdim", true}})),
        unary("mean", attributes({{"dims", Ints{1}}, {"keepdim", false}}), {4, 8, 6, 6}, {}, "_channels"),
        unary("upsample_bilinear2d", resized({12, 12}, {2, 2}, false)),
        unary("upsample_bilinear2d", resized({9, 11}, {}, false), {4, 8, 6, 6}, {}, "_sizes"),
        unary("upsample_bilinear2d", resized({9, 11}, {}, true), {4, 8, 6, 6}, {}, "_aligned"),
        unary("upsample_nearest2d", resized({12, 12}, {2, 2}, false)),
        unary("upsample_nearest2d", resized({9, 4}, {}, false), {4, 8, 6, 6}, {}, "_sizes"),
    };
}

std::vector<Body> shapeBodies() {
    constexpr int64_t end = std::numeric_limits<int64_t>::max();
    return {
        unary("channel_shuffle", attributes({{"groups", int64_t{4}}})),
        unary("expand", attributes({{"shape", Ints{-1, 8, 5, -1}}}), {4, 8, 1, 6}),
        unary("flatten", attributes({{"start_dim", int64_t{1}}, {"end_dim", int64_t{-1}}})),
        unary("flatten", attributes({{"start_dim", int64_t{1}}, {"end_dim", int64_t{2}}}), {4, 8, 6, 6}, {},
              "_middle"),
        unary("identity"),
        unary("pad", attributes({{"pads", Ints{1, 2, 0, 3}}})),
        unary("permute", attributes({{"dims", Ints{0, 2, 3, 1}}})),
        unary("pixel_shuffle", attributes({{"factor", int64_t{2}}})),
        unary("reshape", attributes({{"shape", Ints{-1, 4, 72}}})),
        unary("roll", attributes({{"shifts", Ints{-2, 1}}, {"dims", Ints{2, 3}}})),
        unary("select", attributes({{"dim", int64_t{1}}, {"index", int64_t{-2}}})),
        unary("slice",
              attributes({{"dim", int64_t{2}}, {"start", int64_t{1}}, {"end", end}, {"step", int64_t{2}}})),
        {"split", "split",
         [](Builder& b, ValueId x) {
             return b.step("split", "block.op", {x},
                           attributes({{"dim", int64_t{1}}, {"sizes", Ints{3, 5}}}));
         }},
    };
}

OpCase makeCase(const Body& body, bool integer) {
    Builder b;
    const ValueId x = b.input("x", body.shape);
    const Values results = body.build(b, integer ? b.quantize("stem", x) : x);
    for (size_t i = 0; i < results.size(); ++i) {
        const bool isInteger = b.graph().value(results[i]).isInteger();
        b.output("y" + std::to_string(i), isInteger ? b.dequantize("block.op", results[i]) : results[i]);
    }
    return {body.name + (integer ? "_integer" : "_float"), b.graph(), {b.sample(x).slice(0, 0, 2)}};
}

/// Roundings that a float step stands for.
std::vector<Body> roundingBodies() {
    const auto onGrid = [](DType dtype, double scale, int64_t zero) {
        const DTypeInfo& type = infoOf(dtype);
        const QParams grid{dtype, -1, {scale}, {zero}, type.least, type.greatest};
        return unary("fake_quantize", gridAttributes(grid), {4, 8, 6, 6}, {}, "_" + std::string(type.name));
    };
    return {
        onGrid(DType::Int16, 1e-4, 0),
        onGrid(DType::UInt4, 0.25, 7),
        onGrid(DType::Binary, 0.5, 0),
        unary("dynamic_fake_quantize", gridAttributes(GridKind())),
    };
}

}  // namespace

std::vector<OpCase> entryCases() {
    std::vector<OpCase> cases;
    for (const auto& bodies : {arithmeticBodies(), activationBodies(), poolingBodies(), roundingBodies(),
                               shapeBodies(), volumeBodies()}) {
        for (const Body& body : bodies) {
            cases.push_back(makeCase(body, /*integer=*/false));
            if (ops().find(body.op)->quant != QuantKind::None) {
                cases.push_back(makeCase(body, /*integer=*/true));
            }
        }
    }
    return cases;
}

void PrintTo(const OpCase& opCase, std::ostream* out) {
    *out << opCase.name;
}

}  // namespace qs::test
