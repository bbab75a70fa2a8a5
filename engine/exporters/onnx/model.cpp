#include "exporters/onnx/model.h"

#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include <limits>

#include "core/guard.h"
#include "exporters/metadata.h"
#include "exporters/onnx/builder.h"
#include "exporters/onnx/step.h"
#include "exporters/onnx/values.h"
#include "exporters/preprocessing.h"

namespace qs {

namespace {

/// Extents of graph input `i`, as the options or the graph know them.
Shape inputShape(const QuantizedGraph& graph, const ExportOptions& options, size_t i) {
    return i < options.inputShapes.size() ? options.inputShapes[i] : graph.value(graph.inputs[i]).shape;
}

/// Elements along the first axis; 0 where the shape is not known.
int64_t extentOf(const QValue& value) {
    return value.shape.empty() ? 0 : value.shape[0];
}

/// Fills the builder; returns where the model holds its layers.
Result<LayerTensors> buildModel(const QuantizedGraph& graph, const ExportOptions& options,
                                OnnxBuilder& builder) {
    OnnxValues values(graph, builder);
    for (const std::vector<std::string>* names : {&graph.inputNames, &graph.outputNames}) {
        for (const std::string& name : *names) {
            builder.reserve(name);
        }
    }
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
        const QValue& input = graph.value(graph.inputs[i]);
        builder.addInput(graph.inputNames.at(i), inputShape(graph, options, i), input.dtype, "batch");
        values.setReal(graph.inputs[i], graph.inputNames[i]);
    }
    for (const QNode& node : graph.nodes) {
        QS_TRY(guard("layer " + node.layer + " cannot be written as ONNX",
                     [&] { return emitOnnx(OnnxStep(graph, node, builder, values)); }));
    }
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
        const std::string& name = graph.outputNames.at(i);
        const QValue& output = graph.value(graph.outputs[i]);
        const bool perSample = extentOf(output) == extentOf(graph.value(graph.inputs.at(0)));
        builder.addOutput(name, output.shape, output.dtype, perSample ? "batch" : "");
        builder.nameOutput(values.real(graph.outputs[i]), name);
    }
    return layerTensors(graph, [&](ValueId id) { return values.integers(id); });
}

/// ONNX's own checker, and its shape inference as a second one: strict, every node's types and shapes. What
/// is inferred stays in the model for those who read it.
void check(onnx::ModelProto& model) {
    onnx::checker::check_model(model);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(),
                                       onnx::ShapeInferenceOptions(/*check_type=*/true, /*strict_mode=*/1));
}

}  // namespace

Result<Exported> makeOnnx(const QuantizedGraph& graph, const ExportOptions& options,
                          const std::string& fileName) {
    QS_ASSIGN(const ExportSource source, exportSource(graph, options));
    OnnxBuilder builder;
    QS_ASSIGN(const LayerTensors layers, buildModel(source.graph, source.options, builder));
    QS_ASSIGN(const std::string metadata, fileMetadata(source.options, layers));
    builder.addMetadata("quantoscope", metadata);
    onnx::ModelProto& model = builder.model();
    QS_TRY(guard("the ONNX checker refuses " + fileName, [&] { check(model); }));
    if (model.ByteSizeLong() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
        return failure("cannot write " + fileName +
                       ": the model is larger than 2 GB, which one ONNX file cannot be");
    }
    return Exported{{{fileName, model.SerializeAsString()}}};
}

}  // namespace qs
