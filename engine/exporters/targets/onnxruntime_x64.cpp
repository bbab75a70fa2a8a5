#include "exporters/onnx/model.h"

namespace qs {

void register_onnxruntime_x64(Registry<Exporter>& registry) {
    registry.add("onnxruntime-x64", {.description = "ONNX (QDQ) for ONNX Runtime on x64 processors",
                                     .extension = ".onnx",
                                     .isDefault = true,
                                     .runtime = "onnxruntime",
                                     .opset = 13,
                                     .newestOpset = 13,
                                     .make = makeOnnx});
}

}  // namespace qs
