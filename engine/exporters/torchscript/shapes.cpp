// Values that move and do not change. LibTorch's views and copies serve quantized tensors too; where it has
// no kernel for those, the form is a call on real numbers.

#include "exporters/torchscript/step.h"

namespace qs {

namespace {

namespace jit = torch::jit;

/// x with one element along `dim`, and a tensor whose first extent is the batch.
TorchScriptValues expandBatch(const TorchScriptStep& step, const TorchScriptValues& operands) {
    const Attributes& attrs = step.node.attrs;
    const auto rank = step.output().shape.size();
    jit::Value* batch = step.builder.call(
        "aten::mul",
        {step.builder.call("aten::size", {operands.at(1), int64_t{0}}), attrs.get<int64_t>("factor", 1)});
    TorchScriptValues extents(rank, step.builder.constant(int64_t{-1}));
    extents.at(static_cast<size_t>(attrs.get<int64_t>("dim"))) = batch;
    return {step.builder.call("aten::expand", {operands.at(0), step.builder.numbers(extents)},
                              step.output().name)};
}

TorchScriptValues identity(const TorchScriptStep&, const TorchScriptValues& operands) {
    return {operands.at(0)};
}

std::optional<TorchScriptValues> sameIntegers(const TorchScriptStep& step) {
    return step.inputs;
}

TrailingArguments intsOf(const char* name) {
    return [name](const Attributes& attrs) { return TorchScriptArguments{attrs.ints(name)}; };
}

TrailingArguments intOf(const char* name) {
    return [name](const Attributes& attrs) { return TorchScriptArguments{attrs.get<int64_t>(name)}; };
}

}  // namespace

void register_shapes(TorchScriptForms& forms) {
    forms.add("channel_shuffle", callForm("aten::channel_shuffle", intOf("groups")));
    forms.add("expand", passingForm("aten::expand", intsOf("shape")));
    forms.add("expand_batch", {expandBatch});
    forms.add("flatten", passingForm("aten::flatten", [](const Attributes& a) {
                  return TorchScriptArguments{a.get<int64_t>("start_dim"), a.get<int64_t>("end_dim")};
              }));
    forms.add("identity", {identity, sameIntegers});
    forms.add("pad", callForm("aten::constant_pad_nd", [](const Attributes& a) {
                  return TorchScriptArguments{a.ints("pads"), int64_t{0}};
              }));
    forms.add("permute", passingForm("aten::permute", intsOf("dims")));
    forms.add("pixel_shuffle", callForm("aten::pixel_shuffle", intOf("factor")));
    forms.add("reshape", passingForm("aten::reshape", intsOf("shape")));
    forms.add("roll", callForm("aten::roll", [](const Attributes& a) {
                  return TorchScriptArguments{a.ints("shifts"), a.ints("dims")};
              }));
    forms.add("select", passingForm("aten::select", [](const Attributes& a) {
                  return TorchScriptArguments{a.get<int64_t>("dim"), a.get<int64_t>("index")};
              }));
    forms.add("slice", passingForm("aten::slice", [](const Attributes& a) {
                  return TorchScriptArguments{a.get<int64_t>("dim"), a.get<int64_t>("start"),
                                              a.get<int64_t>("end"), a.get<int64_t>("step", 1)};
              }));
    forms.add("split", passingForm("aten::split_with_sizes", [](const Attributes& a) {
                  return TorchScriptArguments{a.ints("sizes"), a.get<int64_t>("dim")};
              }));
}

}  // namespace qs
