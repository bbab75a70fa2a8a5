#include "importers/onnx/handlers.h"

namespace qs {

void registerActivations(OnnxHandlers& handlers);
void registerConstants(OnnxHandlers& handlers);
void registerContrib(OnnxHandlers& handlers);
void registerControl(OnnxHandlers& handlers);
void registerConvolutions(OnnxHandlers& handlers);
void registerElementwise(OnnxHandlers& handlers);
void registerGathers(OnnxHandlers& handlers);
void registerLosses(OnnxHandlers& handlers);
void registerMatMuls(OnnxHandlers& handlers);
void registerNormalizations(OnnxHandlers& handlers);
void registerPads(OnnxHandlers& handlers);
void registerPools(OnnxHandlers& handlers);
void registerRecurrent(OnnxHandlers& handlers);
void registerQuantization(OnnxHandlers& handlers);
void registerQuantizedOperators(OnnxHandlers& handlers);
void registerReductions(OnnxHandlers& handlers);
void registerRefused(OnnxHandlers& handlers);
void registerResizes(OnnxHandlers& handlers);
void registerRoiAlign(OnnxHandlers& handlers);
void registerShapes(OnnxHandlers& handlers);
void registerSignals(OnnxHandlers& handlers);

const OnnxHandlers& onnxHandlers() {
    static const OnnxHandlers handlers = [] {
        OnnxHandlers all;
        for (const auto add : {registerActivations,  registerConstants,
                               registerContrib,      registerControl,
                               registerConvolutions, registerElementwise,
                               registerGathers,      registerLosses,
                               registerMatMuls,      registerNormalizations,
                               registerPads,         registerPools,
                               registerQuantization, registerQuantizedOperators,
                               registerRecurrent,    registerReductions,
                               registerRefused,      registerResizes,
                               registerRoiAlign,     registerShapes,
                               registerSignals}) {
            add(all);
        }
        return all;
    }();
    return handlers;
}

}  // namespace qs
