#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "importers/tracer.h"

namespace qs {

/// One call of an operator in a TorchScript module.
struct JitCall {
    const c10::FunctionSchema& schema;
    const std::vector<c10::IValue>& arguments;
    std::string scope;
};

/// Writes a quantized module's operators as float ones between markers (Tracer::quantize): quantized::...,
/// the boundaries, and LibTorch's own operators where they read quantized tensors.
class JitQuantized {
  public:
    explicit JitQuantized(Tracer& tracer) : tracer_(tracer) {}

    /// The results, or nothing where the call has nothing to do with quantized tensors or only moves their
    /// values: then it is traced like any other. Throws ImportError, naming the layer.
    std::optional<std::vector<c10::IValue>> trace(const JitCall& call);

  private:
    struct Weighted {
        c10::IValue packed;  ///< so that its address stays its own
        at::Tensor weight;
        std::vector<c10::IValue> arguments;  ///< behind the input
        std::string op;
    };

    std::vector<c10::IValue> results(const JitCall& call);
    at::Tensor quantize(const JitCall& call);
    at::Tensor weighted(const JitCall& call);
    const Weighted& unpacked(const c10::IValue& packed);
    at::Tensor compute(const JitCall& call);
    std::optional<QParams> trialGrid(const JitCall& call) const;
    c10::IValue real(const c10::IValue& value, const std::string& scope);
    at::Tensor rectified(const at::Tensor& x, const std::string& scope);

    Tracer& tracer_;
    std::unordered_map<const void*, Weighted> unpacked_;
};

}  // namespace qs
