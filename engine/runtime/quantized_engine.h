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

}  // namespace qs
