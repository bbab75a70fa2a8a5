#include "exporters/torchscript/precision.h"

namespace qs {

/// Steps between integers and real numbers.
void register_boundary(TorchScriptPrecisions& precisions) {
    precisions.add("boundary", {0, [](const TorchScriptStep& step) -> std::optional<TorchScriptValues> {
                                    if (step.node.op == "quantize") {
                                        return TorchScriptValues{step.quantize(step.inputs.at(0))};
                                    }
                                    if (step.node.op == "dequantize") {
                                        return TorchScriptValues{step.builder.call(
                                            "aten::dequantize", {step.inputs.at(0)}, step.output().name)};
                                    }
                                    if (step.node.op == "requantize") {
                                        return TorchScriptValues{step.quantize(
                                            step.call("aten::dequantize", {step.inputs.at(0)}))};
                                    }
                                    return std::nullopt;
                                }});
}

}  // namespace qs
