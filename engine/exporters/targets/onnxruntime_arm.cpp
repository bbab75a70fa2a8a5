#include "core/translatable.h"
#include "exporters/onnx/model.h"

namespace qs {

void register_onnxruntime_arm(Registry<Exporter>& registry) {
    OnnxProfile profile;
    profile.runtime = "ONNX Runtime";
    profile.preset = "qnnpack";
    profile.isSigned = true;
    profile.narrowing = OnnxProfile::Narrowing::Integers;
    profile.fusesEachNode = true;
    profile.roundsBeforeAdd = true;
    registry.add(
        "onnxruntime-arm",
        onnxTarget(
            QT_TRANSLATE_NOOP("Engine", "ONNX (QDQ) for ONNX Runtime on ARM processors: signed activations"),
            profile));
}

}  // namespace qs
