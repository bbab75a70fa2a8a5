#pragma once

#include <string>

#include "core/result.h"
#include "exporters/onnx_builder.h"
#include "exporters/onnx_values.h"
#include "graph/quantized_graph.h"

namespace qs {

/// One step to be written.
struct OnnxStep {
    const QuantizedGraph& graph;
    const QNode& node;
    OnnxBuilder& builder;
    OnnxValues& values;
};

/// Appends the step: its op and activation on real numbers, then quantization where its result is integer.
/// The main node has the layer's name. An error names the layer.
Status emitOnnx(const OnnxStep& step);

}  // namespace qs
