#include "exporters/torchscript/precision.h"

namespace qs {

namespace {

/// The engine's own arithmetic: real numbers between integers.
std::optional<TorchScriptValues> emit(const TorchScriptStep& step) {
    if (!step.graph.isInteger(step.node)) {
        return std::nullopt;
    }
    TorchScriptValues real;
    for (torch::jit::Value* input : step.inputs) {
        real.push_back(step.call("aten::dequantize", {input}));
    }
    auto results = step.emitReal(real);
    if (!results) {
        return std::nullopt;
    }
    for (size_t i = 0; i < results->size(); ++i) {
        (*results)[i] = step.quantize((*results)[i], i);
    }
    const TorchScriptForm* form = torchScriptForms().find(step.node.op);
    const std::string limit = form && form->whyNoInteger ? form->whyNoInteger(step) : "";
    step.note("fake-quantized: it computes in float32 between dequantize and quantize, because " +
              (limit.empty() ? "no quantized operator of TorchScript gives the engine's numbers" : limit));
    return results;
}

}  // namespace

/// Integer steps without a quantized operator.
void register_fake_quant(TorchScriptPrecisions& precisions) {
    precisions.add("fake_quant", {20, emit});
}

}  // namespace qs
