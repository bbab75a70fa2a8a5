#include "exporters/torchscript/precision.h"

namespace qs {

/// Real numbers, and what the network itself computes with indices or truth values.
void register_float32(TorchScriptPrecisions& precisions) {
    precisions.add("float32", {40, [](const TorchScriptStep& step) -> std::optional<TorchScriptValues> {
                                   return step.graph.isInteger(step.node) ? std::nullopt
                                                                          : step.emitReal(step.inputs);
                               }});
}

}  // namespace qs
