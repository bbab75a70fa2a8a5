#include "exporters/torchscript/precision.h"

namespace qs {

/// Integer steps that LibTorch has a quantized operator for.
void register_static_integer(TorchScriptPrecisions& precisions) {
    precisions.add("static_integer",
                   {10, [](const TorchScriptStep& step) -> std::optional<TorchScriptValues> {
                        const TorchScriptForm* form = torchScriptForms().find(step.node.op);
                        const bool known = step.graph.isInteger(step.node) && form && form->integer &&
                                           (!form->whyNoInteger || form->whyNoInteger(step).empty());
                        return known ? form->integer(step) : std::nullopt;
                    }});
}

}  // namespace qs
