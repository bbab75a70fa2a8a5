#include "core/translatable.h"
#include "exporters/onnx/model.h"

namespace qs {

void register_onnxruntime_x64(Registry<Exporter>& registry) {
    OnnxProfile profile;
    profile.runtime = "ONNX Runtime";
    profile.preset = "onednn";
    profile.narrowing = OnnxProfile::Narrowing::Integers;
    profile.fusesEachNode = true;
    profile.roundsBeforeAdd = true;
    Exporter exporter =
        onnxTarget(QT_TRANSLATE_NOOP("Engine", "ONNX (QDQ) for ONNX Runtime on x64 processors"), profile);
    exporter.isDefault = true;
    registry.add("onnxruntime-x64", exporter);
}

}  // namespace qs
