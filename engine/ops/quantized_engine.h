#pragma once

#include <ATen/Context.h>

#include <algorithm>

namespace qs {

/// LibTorch's quantized engine as long as the object lives. It decides how weights are packed while a file is
/// read, and which kernels run.
class QuantizedEngine {
  public:
    explicit QuantizedEngine(at::QEngine engine) : before_(at::globalContext().qEngine()) {
        at::globalContext().setQEngine(engine);
    }
    ~QuantizedEngine() { at::globalContext().setQEngine(before_); }
    QuantizedEngine(const QuantizedEngine&) = delete;
    QuantizedEngine& operator=(const QuantizedEngine&) = delete;

    /// Whether this LibTorch was built with it.
    static bool isHere(at::QEngine engine) {
        return std::ranges::count(at::globalContext().supportedQEngines(), engine) > 0;
    }

  private:
    at::QEngine before_;
};

/// The active engine, or one that is here where none is active. For those who pack and unpack weights, which
/// one does not matter: packed parameters are saved as plain weights and packed anew by the engine that is
/// active where they are loaded. QNNPACK alone does not pack all: it has no three-dimensional convolutions.
inline at::QEngine anyQuantizedEngine() {
    const at::QEngine active = at::globalContext().qEngine();
    if (active != at::QEngine::NoQEngine) {
        return active;
    }
    const auto& engines = at::globalContext().supportedQEngines();
    const auto found =
        std::ranges::find_if(engines, [](at::QEngine engine) { return engine != at::QEngine::NoQEngine; });
    return found == engines.end() ? at::QEngine::NoQEngine : *found;
}

}  // namespace qs
