#include "core/translatable.h"
#include "exporters/onnx/model.h"

namespace qs {

void register_tensorrt(Registry<Exporter>& registry) {
    OnnxProfile profile;
    profile.runtime = "TensorRT";
    profile.preset = "tensorrt";
    profile.symmetric = true;
    profile.weights = OnnxProfile::Weights::Reals;
    profile.integerBias = false;
    profile.roundsBeforeAdd = false;
    profile.calibrationCache = true;
    registry.add("tensorrt",
                 onnxTarget(QT_TRANSLATE_NOOP("Engine", "ONNX (QDQ) for TensorRT, with a calibration cache"),
                            profile));
}

}  // namespace qs
