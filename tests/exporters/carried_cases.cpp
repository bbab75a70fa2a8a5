#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>

#include <variant>

#include "exporters/op_cases.h"
#include "ops/opaque.h"
#include "support/export_graphs.h"

namespace qs::test {

namespace {

/// What a carried operator reads of the network.
struct X {};      ///< the input [4, 8, 6, 6]
struct XList {};  ///< the input and its sigmoid, as a list
using Argument = std::variant<X, XList, at::Tensor, c10::IValue>;

const c10::IValue none;

c10::IValue ints(const std::vector<int64_t>& values) {
    return values;
}

at::Tensor numbers(const Shape& shape) {
    return at::rand(shape, at::make_generator<at::CPUGeneratorImpl>(7)) + 0.5;
}

/// The network of one carried operator; results that are not real numbers are cast.
OpCase carried(const std::string& name, const std::string& op, const std::string& overload,
               const std::vector<Argument>& arguments, bool positive = false) {
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {4, 8, 6, 6});
    const ValueId inner = positive ? b.apply("sigmoid", "stem", x, {}) : x;
    std::vector<std::variant<ValueId, at::Tensor>> operands;
    std::vector<std::string> kinds;
    Attributes attrs;
    for (const Argument& argument : arguments) {
        if (std::holds_alternative<X>(argument)) {
            kinds.emplace_back("tensor");
            operands.emplace_back(inner);
        } else if (std::holds_alternative<XList>(argument)) {
            kinds.emplace_back("list:2");
            operands.emplace_back(inner);
            operands.emplace_back(b.apply("sigmoid", "gate", inner, {}));
        } else if (const auto* tensor = std::get_if<at::Tensor>(&argument)) {
            kinds.emplace_back("tensor");
            operands.emplace_back(*tensor);
        } else {
            const std::string key = "arg" + std::to_string(kinds.size());
            kinds.push_back("constant:" + key);
            attrs.set(key, std::get<c10::IValue>(argument));
        }
    }
    attrs.set("overload", overload);
    attrs.set("arguments", kinds);
    const auto results = b.step(op, "block.op", operands, attrs);
    for (size_t i = 0; i < results.size(); ++i) {
        b.output("y" + std::to_string(i), results[i]);
    }
    return {name, b.graph(), {b.sample(x).slice(0, 0, 2)}};
}

OpCase plain(const std::string& name, bool positive = false) {
    return carried(name, "aten::" + name, "", {X{}}, positive);
}

std::vector<OpCase> elementwiseCases() {
    const at::Tensor channels = numbers({8, 1, 1});
    return {
        plain("abs"),
        plain("neg"),
        plain("erf"),
        plain("exp"),
        plain("floor"),
        plain("mish"),
        plain("log", true),
        plain("sqrt", true),
        plain("rsqrt", true),
        plain("reciprocal", true),
        plain("square"),
        plain("expm1"),
        plain("log1p", true),
        plain("log2", true),
        plain("log_sigmoid"),
        carried("sub", "aten::sub", "Tensor", {X{}, channels, c10::IValue(2)}),
        carried("rsub", "aten::rsub", "Scalar", {X{}, c10::IValue(1.5), c10::IValue(1)}),
        carried("div", "aten::div", "Tensor", {channels, X{}}, true),
        carried("div_floor", "aten::div", "Tensor_mode", {X{}, channels, c10::IValue("floor")}),
        carried("pow", "aten::pow", "Tensor_Scalar", {X{}, c10::IValue(3)}),
        carried("maximum", "aten::maximum", "", {X{}, channels}),
        carried("minimum", "aten::minimum", "", {X{}, channels}),
        carried("gt", "aten::gt", "Scalar", {X{}, c10::IValue(0.25)}),
        carried("eq", "aten::eq", "Tensor", {X{}, X{}}),
        carried("where", "aten::where", "self", {channels.gt(1), X{}, channels}),
        carried("masked_fill", "aten::masked_fill", "Scalar", {X{}, channels.gt(1), c10::IValue(-2.0)}),
        carried("clamp_low", "aten::clamp", "", {X{}, c10::IValue(0.1), none}),
        carried("clamp_min", "aten::clamp_min", "", {X{}, c10::IValue(-0.25)}),
        carried("softplus", "aten::softplus", "", {X{}, c10::IValue(2), c10::IValue(20)}),
        carried("threshold", "aten::threshold", "", {X{}, c10::IValue(0.5), c10::IValue(-1)}),
        carried("glu", "aten::glu", "", {X{}, c10::IValue(1)}),
        carried("log_softmax", "aten::log_softmax", "int", {X{}, c10::IValue(-1), none}),
        carried("to", "aten::to", "dtype",
                {X{}, c10::IValue(static_cast<int64_t>(at::kLong)), c10::IValue(false), c10::IValue(false),
                 none}),
    };
}

std::vector<OpCase> shapeCases() {
    const at::Tensor indices = at::tensor({3, 0, 5, 3}, at::kLong);
    return {
        carried("unbind", "aten::unbind", "int", {X{}, c10::IValue(2)}),
        carried("stack", "aten::stack", "", {XList{}, c10::IValue(-1)}),
        carried("flip", "aten::flip", "", {X{}, ints({1, 3})}),
        carried("repeat", "aten::repeat", "", {X{}, ints({1, 2, 1, 3})}),
        carried("index_select", "aten::index_select", "", {X{}, c10::IValue(3), indices}),
        carried("reflection_pad2d", "aten::reflection_pad2d", "", {X{}, ints({1, 2, 3, 0})}),
        carried("replication_pad2d", "aten::replication_pad2d", "", {X{}, ints({1, 2, 3, 0})}),
        carried("constant_pad_nd", "aten::constant_pad_nd", "", {X{}, ints({1, 2}), c10::IValue(1.5)}),
        carried("upsample_bicubic2d", "aten::upsample_bicubic2d", "",
                {X{}, ints({9, 11}), c10::IValue(false), none, none}),
    };
}

std::vector<OpCase> reductionCases() {
    const c10::IValue yes(true), no(false);
    return {
        carried("sum", "aten::sum", "dim_IntList", {X{}, ints({1, -1}), yes, none}),
        carried("mean_all_axes", "aten::mean", "dim", {X{}, ints({1, 2, 3}), no, none}),
        carried("amax", "aten::amax", "", {X{}, ints({1}), no}),
        carried("max", "aten::max", "dim", {X{}, c10::IValue(1), no}),
        carried("argmax", "aten::argmax", "", {X{}, c10::IValue(1), no}),
        carried("norm", "aten::norm", "ScalarOpt_dim", {X{}, c10::IValue(2), ints({1}), yes}),
        carried("std", "aten::std", "dim", {X{}, ints({2, 3}), yes, no}),
        carried("var", "aten::var", "correction", {X{}, ints({1}), c10::IValue(0), no}),
        carried("cumsum", "aten::cumsum", "", {X{}, c10::IValue(2), none}),
        carried("topk", "aten::topk", "", {X{}, c10::IValue(3), c10::IValue(1), yes, yes}),
        carried("logsumexp", "aten::logsumexp", "", {X{}, ints({1}), no}),
    };
}

std::vector<OpCase> layerCases() {
    const c10::IValue yes(true), no(false), eps(1e-5);
    return {
        carried("group_norm", "aten::group_norm", "",
                {X{}, c10::IValue(4), numbers({8}), numbers({8}), eps, no}),
        carried("instance_norm", "aten::instance_norm", "",
                {X{}, numbers({8}), numbers({8}), none, none, yes, c10::IValue(0.1), eps, no}),
        carried("layer_norm_plain", "aten::layer_norm", "", {X{}, ints({6, 6}), none, none, eps, no}),
        carried("matmul_constant", "aten::matmul", "", {X{}, numbers({6, 3})}),
        carried("conv_of_constant", "aten::conv2d", "",
                {X{}, numbers({4, 8, 3, 3}), none, ints({1, 1}), ints({1, 1}), ints({1, 1}), c10::IValue(1)}),
        carried("adaptive_avg_pool2d", "aten::adaptive_avg_pool2d", "", {X{}, ints({2, 3})}),
        carried("max_pool2d", "aten::max_pool2d", "",
                {X{}, ints({3, 3}), ints({2, 2}), ints({1, 1}), ints({1, 1}), yes}),
    };
}

}  // namespace

std::vector<OpCase> carriedCases() {
    std::vector<OpCase> cases;
    for (auto&& group : {elementwiseCases(), shapeCases(), reductionCases(), layerCases()}) {
        cases.insert(cases.end(), group.begin(), group.end());
    }
    return cases;
}

}  // namespace qs::test
