#pragma once

#include <vector>

#include "core/result.h"
#include "exporters/torchscript_builder.h"
#include "graph/quantized_graph.h"

namespace qs {

/// One step to be written, with the TorchScript values of its inputs.
struct TorchScriptStep {
    const QuantizedGraph& graph;
    const QNode& node;
    std::vector<torch::jit::Value*> inputs;
    TorchScriptBuilder& builder;
};

/// Appends the step to forward and returns its outputs: quantized::conv2d and its like on packed weights for
/// integer steps, aten:: operators for float ones and for those that carry integers along. LibTorch must have
/// an active quantized engine. An error names the layer; throws c10::Error and torch::jit::ErrorReport.
Result<std::vector<torch::jit::Value*>> emitTorchScript(const TorchScriptStep& step);

}  // namespace qs
