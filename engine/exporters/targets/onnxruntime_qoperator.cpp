#include "core/translatable.h"
#include "exporters/onnx/model.h"

namespace qs {

void register_onnxruntime_qoperator(Registry<Exporter>& registry) {
    OnnxProfile profile;
    profile.runtime = "ONNX Runtime";
    profile.preset = "onednn";
    profile.narrowing = OnnxProfile::Narrowing::Integers;
    profile.fusesEachNode = true;
    profile.roundsBeforeAdd = true;
    profile.integerOperators = true;
    registry.add(
        "onnxruntime-qoperator",
        onnxTarget(
            QT_TRANSLATE_NOOP("Engine", "ONNX for ONNX Runtime, with operators on integers in place of QDQ"),
            profile));
}

}  // namespace qs
