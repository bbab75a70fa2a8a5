#include "core/translatable.h"
#include "exporters/onnx/model.h"

namespace qs {

void register_generic(Registry<Exporter>& registry) {
    OnnxProfile profile;
    profile.runtime = "a generic ONNX runtime";
    registry.add(
        "generic",
        onnxTarget(QT_TRANSLATE_NOOP("Engine", "ONNX (QDQ) for any runtime: the standard operators alone"),
                   profile));
}

}  // namespace qs
