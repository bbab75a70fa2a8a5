#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "importers/onnx/node.h"

namespace qs {

/// Writes an ONNX operator as ATen operators and returns its results, in order. Results that nobody reads may
/// be left undefined or out.
using OnnxHandler = std::function<std::vector<at::Tensor>(OnnxNode&)>;

/// The operators that can be imported, by name ("Conv"), or by domain and name ("com.microsoft::Gelu").
class OnnxHandlers {
  public:
    using One = at::Tensor (*)(OnnxNode&);
    using Many = std::vector<at::Tensor> (*)(OnnxNode&);

    void add(const std::string& name, OnnxHandler handler) { registry_.add(name, std::move(handler)); }
    void add(const std::string& name, One handler) {
        registry_.add(name, [handler](OnnxNode& node) { return std::vector<at::Tensor>{handler(node)}; });
    }
    void add(const std::string& name, Many handler) { registry_.add(name, handler); }
    const OnnxHandler* find(const std::string& name) const { return registry_.find(name); }

  private:
    Registry<OnnxHandler> registry_;
};

/// All operators. Built on first use, then immutable.
const OnnxHandlers& onnxHandlers();

}  // namespace qs
