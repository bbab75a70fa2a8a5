#pragma once

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "exporters/integer_range.h"
#include "exporters/layer_notes.h"
#include "exporters/operands.h"
#include "exporters/torchscript/builder.h"
#include "graph/quantized_graph.h"

namespace qs {

using TorchScriptValues = std::vector<torch::jit::Value*>;
using TorchScriptArguments = std::vector<torch::jit::NamedValue>;

/// One step to be written, with the TorchScript values of its inputs: quantized tensors for integer ones.
struct TorchScriptStep {
    const QuantizedGraph& graph;
    const QNode& node;
    TorchScriptValues inputs;
    TorchScriptBuilder& builder;
    LayerNotes& notes;
    bool forPhones = false;  ///< QNNPACK must be able to load the file

    const QValue& output(size_t i = 0) const { return graph.value(node.outputs.at(i)); }
    const QValue& input(size_t i) const { return graph.value(node.inputs.at(i)); }
    /// A call whose result has no name of its own.
    torch::jit::Value* call(const std::string& op, const TorchScriptArguments& arguments) const {
        return builder.call(op, arguments, "");
    }
    void note(const std::string& text) const { notes.add(node.layer, text); }
    /// The step's outputs as real numbers, activation included; `inputs` are real. Nothing where its operator
    /// has no form.
    std::optional<TorchScriptValues> emitReal(const TorchScriptValues& inputs) const;
    /// Quantizes `real` to uint8 of `qparams`, whole range.
    torch::jit::Value* quantizeTo(const QParams& qparams, torch::jit::Value* real,
                                  const std::string& name) const;
    /// Quantizes `real` to the step's output `i`.
    torch::jit::Value* quantize(torch::jit::Value* real, size_t i = 0) const;
    /// A bound of a clamp: None where it is infinite.
    static torch::jit::NamedValue bound(double value) {
        return std::isinf(value) ? c10::IValue() : c10::IValue(value);
    }
    /// The step's activation on real numbers.
    torch::jit::Value* activate(torch::jit::Value* real) const;
    /// A quantized:: operator that ends in the output's scale and zero point (then `more`), and the clamp
    /// that the step's activation and range still need. `reluForm`: `op` has a form with ReLU, `op`_relu.
    torch::jit::Value* callQuantized(const std::string& op, TorchScriptArguments arguments, bool reluForm,
                                     const TorchScriptArguments& more = {}) const;
    /// `value`, which holds integers of `made`, within those that the step may produce.
    torch::jit::Value* clampToRange(torch::jit::Value* value, const IntegerRange& made) const;
};

/// How an op is written; which of the two serves a step is up to its precision (precision.h).
struct TorchScriptForm {
    /// On real numbers; `operands` are the op's tensors in its order, constants included. For weighted ops
    /// the input and, with hasAdd, the residual.
    std::function<TorchScriptValues(const TorchScriptStep&, const TorchScriptValues& operands)> real;
    /// On quantized tensors, where LibTorch has an operator whose result is the engine's within one step of
    /// the grid; it may return nothing.
    std::function<std::optional<TorchScriptValues>(const TorchScriptStep&)> integer = {};
    /// Why a runtime that files are for would refuse `integer`, with the remedy; empty where none does.
    std::function<std::string(const TorchScriptStep&)> whyNoInteger = {};
};

using TorchScriptForms = Registry<TorchScriptForm>;

/// Forms by op entry (engine/exporters/torchscript, one family a file). Carried operators need none: they
/// are called as they are.
const TorchScriptForms& torchScriptForms();

/// What follows the tensors in a call.
using TrailingArguments = std::function<TorchScriptArguments(const Attributes&)>;

/// One call of `op` on the tensors and `trailing`.
TorchScriptForm callForm(const std::string& op, const TrailingArguments& trailing = {});
/// The same, and on quantized tensors too, which keep their scale and zero point.
TorchScriptForm passingForm(const std::string& op, const TrailingArguments& trailing = {});

/// Appends the step to forward in its precision and returns its outputs. All integer activations are uint8,
/// and LibTorch must have an active quantized engine. An error names the layer; throws c10::Error and
/// torch::jit::ErrorReport.
Result<TorchScriptValues> emitTorchScript(const TorchScriptStep& step);

}  // namespace qs
