#pragma once

#include <ATen/Context.h>

namespace qs {

/// Makes sure that one of LibTorch's quantized engines is active, for as long as it lives. Which one does not
/// matter to those who pack and unpack weights: packed parameters are saved as plain weights and packed anew
/// by the engine that is active where they are loaded.
class QuantizedEngineScope {
  public:
    QuantizedEngineScope() : before_(at::globalContext().qEngine()) {
        if (before_ != at::QEngine::NoQEngine) {
            return;
        }
        for (const at::QEngine engine : at::globalContext().supportedQEngines()) {
            if (engine != at::QEngine::NoQEngine) {
                at::globalContext().setQEngine(engine);
                return;
            }
        }
    }
    ~QuantizedEngineScope() { at::globalContext().setQEngine(before_); }
    QuantizedEngineScope(const QuantizedEngineScope&) = delete;
    QuantizedEngineScope& operator=(const QuantizedEngineScope&) = delete;

  private:
    at::QEngine before_;
};

}  // namespace qs
