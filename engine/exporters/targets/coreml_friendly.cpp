#include "core/translatable.h"
#include "exporters/onnx/model.h"

namespace qs {

void register_coreml_friendly(Registry<Exporter>& registry) {
    OnnxProfile profile;
    profile.runtime = "Core ML";
    profile.preset = "coreml";
    profile.symmetric = true;
    profile.integerBias = false;
    registry.add(
        "coreml-friendly",
        onnxTarget(QT_TRANSLATE_NOOP("Engine", "ONNX (QDQ) without zero points, as Core ML takes it"),
                   profile));
}

}  // namespace qs
