#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <set>

#include "ops/op.h"

namespace qs {
namespace {

/// One positional argument of a call to LibTorch: a tensor that is an activation or a constant of the graph,
/// a list of activations, or something else.
struct Argument {
    enum class Kind { Activation, Constant, List, Plain } kind = Kind::Plain;
    std::vector<at::Tensor> tensors = {};
    c10::IValue plain = {};
};

at::Tensor sample(const Shape& shape, uint64_t seed = 1) {
    return at::randn(shape, at::detail::createCPUGenerator(seed + static_cast<uint64_t>(shape.size())));
}
Argument x(const Shape& shape, uint64_t seed = 1) {
    return {Argument::Kind::Activation, {sample(shape, seed)}};
}
Argument w(const Shape& shape) {
    return {Argument::Kind::Constant, {sample(shape, 9)}};
}
Argument xs(const std::vector<Shape>& shapes) {
    Argument list{Argument::Kind::List, {}};
    for (const Shape& shape : shapes) {
        list.tensors.push_back(sample(shape, list.tensors.size()));
    }
    return list;
}
Argument c(c10::IValue value) {
    return {Argument::Kind::Plain, {}, std::move(value)};
}
Argument ints(std::vector<int64_t> list) {
    return c(std::move(list));
}
const Argument none = c({});

/// A call that an entry is to open, and the entry; an empty one means that no entry may.
struct Call {
    std::string op;
    std::string overload;
    std::vector<Argument> arguments;
    std::string entry;
    bool alias = false;
};

void PrintTo(const Call& call, std::ostream* out) {
    *out << call.op << '.' << call.overload << " as " << (call.entry.empty() ? "nothing" : call.entry);
}

constexpr int64_t kToTheEnd = std::numeric_limits<int64_t>::max();
const Shape kImage{2, 4, 6, 8};

std::vector<Call> calls() {
    const auto l = [](int64_t v) { return c(v); };
    const auto image = x(kImage), volume = x({2, 4, 3, 6, 8});
    return {
        {"aten::add", "Tensor", {image, x(kImage, 2), l(1)}, "add"},
        {"aten::add", "Tensor", {image, w({4, 1, 1}), l(1)}, "add"},
        {"aten::add", "Tensor", {w({4, 1, 1}), image, l(1)}, "add"},
        {"aten::add", "Tensor", {image, x(kImage, 2), l(2)}, ""},
        {"aten::add", "Scalar", {image, c(2.0), l(1)}, ""},
        {"aten::mul", "Tensor", {image, x({2, 4, 1, 1})}, "mul"},
        {"aten::mul", "Tensor", {w({1}), image}, "mul"},
        {"aten::matmul", "", {x({2, 3, 4, 5}), x({2, 3, 5, 6})}, "matmul"},
        {"aten::matmul", "", {x({2, 4, 5}), w({5, 6})}, ""},
        {"aten::bmm", "", {x({2, 4, 5}), x({2, 5, 6})}, "matmul"},
        {"aten::mm", "", {x({4, 5}), x({5, 6})}, "matmul"},
        {"aten::linear", "", {x({2, 3, 5}), w({6, 5}), w({6})}, "linear"},
        {"aten::linear", "", {x({2, 5}), w({6, 5}), none}, "linear"},
        {"aten::cat", "", {xs({{2, 3, 4}, {2, 1, 4}}), l(-2)}, "cat"},
        {"aten::concat", "", {xs({{2, 3, 4}, {2, 3, 4}}), l(0)}, "cat"},
        {"aten::cat", "", {xs({{2, 3, 4}}), l(1)}, "cat", true},
        {"aten::relu", "", {image}, "relu"},
        {"aten::sigmoid", "", {image}, "sigmoid"},
        {"aten::tanh", "", {image}, "tanh"},
        {"aten::hardsigmoid", "", {image}, "hard_sigmoid"},
        {"aten::hardswish", "", {image}, "hard_swish"},
        {"aten::silu", "", {image}, "silu"},
        {"aten::gelu", "", {image, c("none")}, "gelu"},
        {"aten::gelu", "", {image, c("tanh")}, "gelu"},
        {"aten::leaky_relu", "", {image, c(0.2)}, "leaky_relu"},
        {"aten::elu", "", {image, c(0.5), l(2), l(1)}, "elu"},
        {"aten::prelu", "", {image, w({4})}, "prelu"},
        {"aten::hardtanh", "", {image, c(-0.5), c(0.5)}, "clip"},
        {"aten::relu6", "", {image}, "clip"},
        {"aten::softmax", "int", {image, l(-1), none}, "softmax"},
        {"aten::softmax", "int", {image, l(1), l(7)}, ""},  // to float64
        {"aten::_softmax", "", {image, l(1), c(false)}, "softmax"},
        {"aten::conv2d",
         "",
         {image, w({6, 2, 3, 3}), w({6}), ints({2, 1}), ints({1, 0}), ints({1, 1}), l(2)},
         "conv2d"},
        {"aten::conv2d",
         "padding",
         {image, w({6, 4, 3, 5}), none, ints({1, 1}), c("same"), ints({1, 2}), l(1)},
         "conv2d"},
        {"aten::conv2d",
         "padding",
         {image, w({6, 4, 3, 3}), none, ints({1, 1}), c("valid"), ints({1, 1}), l(1)},
         "conv2d"},
        {"aten::conv2d",
         "padding",
         {image, w({6, 4, 2, 2}), none, ints({1, 1}), c("same"), ints({1, 1}), l(1)},
         ""},  // one row more below than above
        {"aten::_convolution",
         "",
         {image, w({6, 4, 3, 3}), none, ints({1, 1}), ints({1, 1}), ints({1, 1}), c(false), ints({0, 0}),
          l(1), c(false), c(false), c(true), c(true)},
         "conv2d"},
        {"aten::_convolution",
         "",
         {image, w({4, 3, 3, 3}), none, ints({1, 1}), ints({1, 1}), ints({1, 1}), c(true), ints({0, 0}), l(1),
          c(false), c(false), c(true), c(true)},
         ""},  // simplify() opens it
        {"aten::_convolution_mode",
         "",
         {image, w({6, 4, 3, 3}), none, ints({1, 1}), c("same"), ints({1, 1}), l(1)},
         "conv2d"},
        {"aten::conv3d",
         "",
         {volume, w({6, 2, 2, 3, 3}), w({6}), ints({1, 2, 1}), ints({1, 0, 1}), ints({1, 1, 2}), l(2)},
         "conv3d"},
        {"aten::conv3d",
         "padding",
         {volume, w({6, 4, 1, 3, 5}), none, ints({1, 1, 1}), c("same"), ints({1, 1, 1}), l(1)},
         "conv3d"},
        {"aten::_convolution",
         "",
         {volume, w({6, 4, 1, 3, 3}), none, ints({1, 1, 1}), ints({0, 1, 1}), ints({1, 1, 1}), c(false),
          ints({0, 0, 0}), l(1), c(false), c(false), c(true), c(true)},
         "conv3d"},
        {"aten::conv_transpose2d",
         "input",
         {image, w({4, 3, 3, 2}), w({6}), ints({2, 3}), ints({1, 0}), ints({1, 2}), l(2), ints({2, 1})},
         "conv_transpose2d"},
        {"aten::batch_norm",
         "",
         {image, w({4}), w({4}), w({4}), Argument{Argument::Kind::Constant, {sample({4}).abs() + 0.5}},
          c(false), c(0.1), c(1e-5), c(true)},
         "batch_norm"},
        {"aten::layer_norm", "", {image, ints({6, 8}), w({6, 8}), w({6, 8}), c(1e-6), c(true)}, "layer_norm"},
        {"aten::layer_norm", "", {image, ints({8}), none, none, c(1e-6), c(true)}, ""},
        {"aten::max_pool2d",
         "",
         {image, ints({3, 3}), ints({2, 2}), ints({1, 1}), ints({1, 1}), c(true)},
         "max_pool2d"},
        {"aten::avg_pool2d",
         "",
         {image, ints({3, 3}), ints({2, 2}), ints({1, 1}), c(true), c(false), none},
         "avg_pool2d"},
        {"aten::adaptive_avg_pool2d", "", {image, ints({2, 2})}, "adaptive_avg_pool2d"},
        {"aten::max_pool3d",
         "",
         {volume, ints({1, 3, 3}), ints({1, 2, 2}), ints({0, 1, 1}), ints({1, 1, 1}), c(true)},
         "max_pool3d"},
        {"aten::avg_pool3d",
         "",
         {volume, ints({2}), ints({}), ints({1}), c(false), c(true), none},
         "avg_pool3d"},
        {"aten::adaptive_avg_pool3d", "", {volume, ints({1, 2, 2})}, "adaptive_avg_pool3d"},
        {"aten::mean", "dim", {image, ints({-1, 1}), c(true), none}, "mean"},
        {"aten::mean", "dim", {image, ints({2, 3}), c(false), none}, "mean"},
        {"aten::mean", "", {image, none}, ""},
        {"aten::flatten", "using_ints", {image, l(1), l(-1)}, "flatten"},
        {"aten::reshape", "", {image, ints({2, -1, 6})}, "reshape"},
        {"aten::view", "", {image, ints({2, 2, 2, 48})}, "reshape"},
        {"aten::view", "", {image, ints(kImage)}, "reshape", true},
        {"aten::_unsafe_view", "", {image, ints({-1})}, "reshape"},
        {"aten::unsqueeze", "", {image, l(-1)}, "reshape"},
        {"aten::unsqueeze", "", {image, l(1)}, "reshape"},
        {"aten::squeeze", "", {x({2, 1, 3, 1})}, "reshape"},
        {"aten::squeeze", "dim", {x({2, 1, 3, 1}), l(-1)}, "reshape"},
        {"aten::squeeze", "dim", {x({2, 1, 3, 1}), l(2)}, "reshape", true},
        {"aten::permute", "", {image, ints({0, -1, 1, 2})}, "permute"},
        {"aten::permute", "", {image, ints({0, 1, 2, 3})}, "permute", true},
        {"aten::transpose", "int", {image, l(1), l(-1)}, "permute"},
        {"aten::swapaxes", "", {image, l(1), l(2)}, "permute"},
        {"aten::t", "", {x({2, 3})}, "permute"},
        {"aten::numpy_T", "", {x({2, 3, 4})}, "permute"},
        {"aten::slice", "Tensor", {image, l(-1), l(1), l(-1), l(2)}, "slice"},
        {"aten::slice", "Tensor", {image, l(1), none, l(2), l(1)}, "slice"},
        {"aten::slice", "Tensor", {image, l(0), l(0), l(kToTheEnd), l(1)}, "slice", true},
        {"aten::select", "int", {image, l(-2), l(-1)}, "select"},
        {"aten::split", "Tensor", {image, l(3), l(-1)}, "split"},
        {"aten::split", "sizes", {image, ints({1, 5, 2}), l(3)}, "split"},
        {"aten::split_with_sizes", "", {image, ints({1, 3}), l(1)}, "split"},
        {"aten::chunk", "", {image, l(3), l(3)}, "split"},
        {"aten::expand", "", {x({2, 1, 3}), ints({5, 2, 4, 3}), c(false)}, "expand"},
        {"aten::expand", "", {image, ints({-1, 4, 6, 8}), c(false)}, "expand", true},
        {"aten::constant_pad_nd", "", {image, ints({1, 0, 2, 3}), l(0)}, "pad"},
        {"aten::constant_pad_nd", "", {image, ints({0, 0, 0, 0}), l(0)}, "pad", true},
        {"aten::constant_pad_nd", "", {image, ints({1, 1}), c(0.5)}, ""},
        {"aten::pad", "", {image, ints({1, 2}), c("constant"), none}, "pad"},
        {"aten::pad", "", {image, ints({1, 2, 0, 0}), c("reflect"), none}, ""},
        {"aten::upsample_nearest2d", "", {image, ints({12, 16}), none, none}, "upsample_nearest2d"},
        {"aten::upsample_nearest2d", "", {image, ints({15, 20}), c(2.5), c(2.5)}, "upsample_nearest2d"},
        {"aten::upsample_nearest2d",
         "vec",
         {image, none, c(std::vector<double>{2.3, 1.7})},
         "upsample_nearest2d"},
        {"aten::upsample_bilinear2d", "", {image, ints({9, 5}), c(true), none, none}, "upsample_bilinear2d"},
        {"aten::upsample_bilinear2d",
         "vec",
         {image, none, c(false), c(std::vector<double>{2.3, 1.7})},
         "upsample_bilinear2d"},
        {"aten::pixel_shuffle", "", {image, l(2)}, "pixel_shuffle"},
        {"aten::channel_shuffle", "", {image, l(2)}, "channel_shuffle"},
        {"aten::roll", "", {image, ints({2, -3}), ints({2, 3})}, "roll"},
        {"aten::dropout", "", {image, c(0.5), c(false)}, "identity", true},
        {"aten::feature_dropout", "", {image, c(0.5), c(false)}, "identity", true},
        {"aten::contiguous", "", {image, l(0)}, "identity", true},
        {"aten::clone", "", {image, none}, "identity", true},
        {"aten::detach", "", {image}, "identity", true},
        {"aten::to", "dtype", {image, l(6), c(false), c(false), none}, "identity", true},
        {"aten::to", "dtype", {image, l(7), c(false), c(false), none}, ""},
        {"aten::type_as", "", {image, x({1})}, "identity", true},
    };
}

/// The call's tensors as values of a graph, in the form that importers give.
std::vector<AtenArg> bindArguments(const Call& call, Graph& graph, std::map<ValueId, at::Tensor>& tensors) {
    std::vector<AtenArg> args;
    for (const Argument& argument : call.arguments) {
        std::vector<ValueId> ids;
        for (const at::Tensor& tensor : argument.tensors) {
            const bool isConstant = argument.kind == Argument::Kind::Constant;
            ids.push_back(isConstant ? graph.addConstant("c", tensor) : graph.addInput("x"));
            graph.value(ids.back()).shape = tensor.sizes().vec();
            tensors[ids.back()] = tensor;
        }
        if (argument.kind == Argument::Kind::List) {
            args.push_back({{}, {}, ids});
        } else {
            args.push_back({ids.empty() ? ValueId{} : ids[0], argument.plain, {}});
        }
    }
    return args;
}

std::vector<at::Tensor> callAten(const Call& call) {
    torch::jit::Stack stack;
    for (const Argument& argument : call.arguments) {
        switch (argument.kind) {
            case Argument::Kind::Plain:
                stack.push_back(argument.plain);
                break;
            case Argument::Kind::List:
                stack.emplace_back(argument.tensors);
                break;
            default:
                stack.emplace_back(argument.tensors[0]);
        }
    }
    c10::Dispatcher::singleton().findSchemaOrThrow(call.op.c_str(), call.overload.c_str()).callBoxed(stack);
    return stack.at(0).isTensor() ? std::vector{stack[0].toTensor()} : stack[0].toTensorVector();
}

class EveryBinding : public ::testing::TestWithParam<Call> {
  protected:
    /// What the entry opens the call as; nothing where it does not cover it.
    std::optional<OpenedOp> open() {
        const auto [def, binding] = findAten(GetParam().op);
        auto opened =
            binding ? binding->open(graph_, bindArguments(GetParam(), graph_, tensors_)) : std::nullopt;
        if (opened) {
            EXPECT_EQ(opened->op.empty() ? def->name : opened->op, GetParam().entry);
        }
        return opened;
    }

    std::vector<at::Tensor> inputs(const OpenedOp& opened) {
        std::vector<at::Tensor> inputs;
        for (const ValueId id : opened.inputs) {
            inputs.push_back(tensors_.at(id));
        }
        return inputs;
    }

    Graph graph_;
    std::map<ValueId, at::Tensor> tensors_;
};

TEST_P(EveryBinding, ComputesWhatAtenComputes) {
    const Call& call = GetParam();
    const auto opened = open();
    ASSERT_EQ(opened.has_value(), !call.entry.empty());
    if (!opened) {
        return;
    }
    EXPECT_EQ(opened->alias, call.alias);
    const auto expected = callAten(call);
    const auto actual = call.alias ? inputs(*opened) : runFloat(call.entry, opened->attrs, inputs(*opened));
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i) {
        ASSERT_EQ(actual[i].sizes(), expected[i].sizes());
        EXPECT_TRUE(at::allclose(actual[i], expected[i], 1e-6, 1e-6));
    }
}

TEST_P(EveryBinding, PassesGradients) {
    const auto opened = open();
    if (!opened || opened->alias) {
        GTEST_SKIP() << "is no node";
    }
    auto arguments = inputs(*opened);
    arguments[0] = arguments[0].clone().set_requires_grad(true);
    for (const at::Tensor& output : runFloat(GetParam().entry, opened->attrs, arguments)) {
        output.sum().backward({}, /*keep_graph=*/true);
    }
    EXPECT_TRUE(arguments[0].grad().defined());
}

TEST_P(EveryBinding, KnowsItsShapesWithoutData) {
    const auto opened = open();
    if (!opened || opened->alias) {
        GTEST_SKIP() << "is no node";
    }
    const auto real = inputs(*opened);
    std::vector<at::Tensor> meta;
    for (const at::Tensor& input : real) {
        meta.push_back(input.to(at::kMeta));
    }
    std::vector<at::Tensor> shapes;
    try {
        shapes = runFloat(GetParam().entry, opened->attrs, meta);
    } catch (const c10::NotImplementedError&) {
        GTEST_SKIP() << "LibTorch has no meta kernel";
    }
    const auto expected = runFloat(GetParam().entry, opened->attrs, real);
    ASSERT_EQ(shapes.size(), expected.size());
    for (size_t i = 0; i < shapes.size(); ++i) {
        EXPECT_EQ(shapes[i].sizes(), expected[i].sizes());
    }
}

INSTANTIATE_TEST_SUITE_P(Calls, EveryBinding, ::testing::ValuesIn(calls()), [](const auto& info) {
    return info.param.op.substr(6) + std::to_string(info.index);
});

TEST(Bindings, EveryEntryHasACall) {
    std::set<std::string> called{"expand_batch", "fake_quantize", "dynamic_fake_quantize"};  // made here
    for (const Call& call : calls()) {
        called.insert(call.entry);
    }
    for (const auto& name : ops().names()) {
        EXPECT_TRUE(called.contains(name)) << name;
    }
}

TEST(Bindings, InPlaceFormsOpenAsTheOthers) {
    for (const char* op : {"relu", "silu", "hardswish", "sigmoid", "add", "mul", "leaky_relu", "dropout"}) {
        const auto plain = findAten(std::string("aten::") + op);
        const auto inPlace = findAten(std::string("aten::") + op + "_");
        EXPECT_TRUE(plain.first) << op;
        EXPECT_EQ(plain.first, inPlace.first) << op;
    }
}

TEST(ExpandBatch, RepeatsOneElementForEachSample) {
    Attributes attrs;
    attrs.set("dim", int64_t{0});
    attrs.set("factor", int64_t{2});
    const at::Tensor token = sample({1, 3});
    const auto out = runFloat("expand_batch", attrs, std::vector{token, sample({4, 5})});
    EXPECT_TRUE(at::equal(out[0], token.expand({8, 3})));
}

TEST(Macs, CountWhatWeightsAndMatricesMeet) {
    Graph graph;
    const auto input = [&](Shape shape) {
        const ValueId id = graph.addInput("x");
        graph.value(id).shape = std::move(shape);
        return id;
    };
    const auto macs = [&](const std::string& op, std::vector<ValueId> inputs, Shape output) {
        const NodeId id = graph.addNode(op, op, {}, std::move(inputs), {"y"});
        graph.value(graph.node(id).outputs[0]).shape = std::move(output);
        return countMacs(graph, graph.node(id));
    };
    EXPECT_EQ(macs("matmul", {input({2, 3, 4, 5}), input({2, 3, 5, 6})}, {2, 3, 4, 6}), 2 * 3 * 4 * 5 * 6);
    EXPECT_EQ(macs("linear", {input({2, 7, 5}), graph.addConstant("w", at::ones({6, 5}))}, {2, 7, 6}),
              2 * 7 * 5 * 6);
    EXPECT_EQ(macs("conv_transpose2d", {input({1, 4, 5, 5}), graph.addConstant("w", at::ones({4, 3, 2, 2}))},
                   {1, 3, 10, 10}),
              4 * 5 * 5 * 3 * 2 * 2);
}

}  // namespace
}  // namespace qs
