#include "exporters/onnx/model.h"

#include <algorithm>
#include <optional>

#include "core/guard.h"
#include "exporters/metadata.h"
#include "exporters/onnx/calibration_cache.h"
#include "exporters/onnx/check.h"
#include "exporters/onnx/external_data.h"
#include "exporters/onnx/free_axes.h"
#include "exporters/onnx/integer_operators.h"
#include "exporters/onnx/step.h"
#include "exporters/onnx/trtexec.h"
#include "exporters/preprocessing.h"
#include "graph/signed_activations.h"

namespace qs {

namespace {

constexpr const char* kBatch = "batch";
constexpr const char* kDataEnding = ".data";
constexpr const char* kCacheEnding = ".cache";

/// A network on its way into a file.
class OnnxWriter {
  public:
    OnnxWriter(const ExportSource& source, const OnnxProfile& profile, int opset)
        : source_(source), graph_(source.graph), builder_(opset), values_(graph_, builder_, profile) {}

    Status write() {
        free_ = findFreeAxes(graph_, source_.options.inputShapes);
        if (free_.any) {
            values_.keepExtentsFree();
        }
        for (std::string& note : free_.notes) {
            builder_.addNote(std::move(note));
        }
        for (const std::vector<std::string>* names : {&graph_.inputNames, &graph_.outputNames}) {
            for (const std::string& name : *names) {
                builder_.reserve(name);
            }
        }
        addInputs();
        for (const QNode& node : graph_.nodes) {
            QS_TRY(guard("layer " + node.layer + " cannot be written as ONNX",
                         [&] { return emitOnnx(OnnxStep(graph_, node, builder_, values_)); }));
        }
        addOutputs();
        if (values_.profile().integerOperators) {
            fuseIntoIntegerOperators(builder_);
        }
        return {};
    }

    OnnxBuilder& builder() { return builder_; }
    const OnnxValues& values() const { return values_; }
    onnx::ModelProto& model() { return builder_.model(); }

    /// What is quantized, by the names of a float network's tensors: there, outputs are called so.
    std::vector<QuantizedTensor> quantizedTensors() const {
        std::vector<QuantizedTensor> tensors = values_.quantized();
        for (const QNode& node : graph_.nodes) {
            for (size_t i = 0; node.op == "dequantize" && i < graph_.outputs.size(); ++i) {
                for (QuantizedTensor& one : tensors) {
                    if (graph_.outputs[i] == node.outputs.at(0) && one.value == node.inputs.at(0)) {
                        one.tensor = graph_.outputNames.at(i);
                    }
                }
            }
        }
        return tensors;
    }

  private:
    /// Whether the value is made of constants alone.
    bool isConstant(const QValue& value) const {
        return std::ranges::any_of(graph_.nodes, [&](const QNode& node) {
            return node.inputs.empty() && std::ranges::find(node.outputs, value.id) != node.outputs.end();
        });
    }

    /// Whether the value's first extent is the batch, which is free: that of the first input.
    bool hasBatch(const QValue& value) const {
        if (graph_.inputs.empty()) {
            return false;
        }
        const Shape& first = graph_.value(graph_.inputs[0]).shape;
        return !isConstant(value) && source_.options.fixedBatch == 0 && !first.empty() &&
               !value.shape.empty() && value.shape[0] == first[0];
    }

    void addInputs() {
        for (size_t i = 0; i < graph_.inputs.size(); ++i) {
            const QValue& input = graph_.value(graph_.inputs[i]);
            const std::string& name = graph_.inputNames.at(i);
            std::vector<std::string> symbols = free_.symbols.at(static_cast<size_t>(input.id.index));
            Shape shape =
                i < source_.options.inputShapes.size() ? source_.options.inputShapes[i] : input.shape;
            for (size_t axis = 0; axis < shape.size(); ++axis) {
                if (shape[axis] < 0 && axis < symbols.size() && symbols[axis].empty()) {
                    shape[axis] = input.shape.at(axis);  // the network runs at this extent only
                }
            }
            if (!shape.empty()) {
                symbols.resize(shape.size());
                const bool isBatch = hasBatch(input);
                symbols[0] = isBatch ? kBatch : "";
                shape[0] = isBatch ? shape[0] : input.shape.at(0);
            }
            builder_.addInput(name, shape, input.dtype, symbols);
            values_.setReal(input.id, name);
        }
    }

    void addOutputs() {
        for (size_t i = 0; i < graph_.outputs.size(); ++i) {
            const std::string& name = graph_.outputNames.at(i);
            const QValue& output = graph_.value(graph_.outputs[i]);
            const auto& symbols = free_.symbols.at(static_cast<size_t>(output.id.index));
            Shape shape = output.shape;
            const bool isFree = source_.options.fixedBatch == 0 && !isConstant(output);
            for (size_t axis = 0; axis < shape.size(); ++axis) {
                if ((axis == 0 && isFree) || (axis < symbols.size() && !symbols[axis].empty())) {
                    shape[axis] = -1;
                }
            }
            builder_.addOutput(
                name, shape, output.dtype,
                hasBatch(output) ? std::vector<std::string>{kBatch} : std::vector<std::string>{});
            builder_.nameOutput(values_.real(graph_.outputs[i]), name);
        }
    }

    const ExportSource& source_;
    const QuantizedGraph& graph_;
    OnnxBuilder builder_;
    OnnxValues values_;
    FreeAxes free_;
};

Result<int> opsetOf(const ExportOptions& options, const OnnxProfile& profile) {
    const int opset = options.opset == 0 ? profile.opset : options.opset;
    if (opset < kOldestOnnxOpset || opset > kNewestOnnxOpset) {
        return usageError("opset " + std::to_string(opset) + " cannot be written: it must be from " +
                          std::to_string(kOldestOnnxOpset) + " to " + std::to_string(kNewestOnnxOpset));
    }
    return opset;
}

/// Where the library does not know the opset yet, it checks the same network at the newest one that it knows,
/// if that can be written.
Status check(OnnxWriter& writer, const ExportSource& source, const OnnxProfile& profile,
             const std::string& fileName) {
    const int known = newestCheckedOpset();
    if (writer.builder().opset() <= known) {
        return checkOnnx(writer.model(), fileName);
    }
    QS_TRY(checkOnnxOrder(writer.model().graph(), fileName));
    OnnxWriter older(source, profile, known);
    const std::string knows = "the installed ONNX library knows opset " + std::to_string(known);
    if (!older.write()) {
        writer.builder().addNote(knows +
                                 ", which has no operators for this network: names and order of the "
                                 "tensors were checked, shapes were not");
        return {};
    }
    writer.builder().addNote(knows + ": the checker and shape inference saw the same network at that opset");
    return checkOnnx(older.model(), fileName);
}

bool hasIntegers(const QuantizedGraph& graph) {
    return std::any_of(graph.values.begin(), graph.values.end(),
                       [](const QValue& value) { return value.isInteger(); });
}

}  // namespace

Result<Exported> makeOnnx(const OnnxProfile& profile, const QuantizedGraph& graph,
                          const ExportOptions& options, const std::string& fileName, size_t largestFile) {
    QS_ASSIGN(const int opset, opsetOf(options, profile));
    QS_TRY(checkProfile(graph, profile));
    QS_ASSIGN(ExportSource source, exportSource(graph, options));
    if (profile.isSigned) {
        source.graph = withSignedActivations(std::move(source.graph));
    }
    OnnxWriter writer(source, profile, opset);
    QS_TRY(writer.write());
    const LayerTensors layers =
        layerTensors(source.graph, [&](ValueId id) { return writer.values().integers(id).tensor; });
    QS_ASSIGN(const std::string metadata, fileMetadata(source.options, layers));
    writer.builder().addMetadata("quantoscope", metadata);
    QS_TRY(check(writer, source, profile, fileName));

    Exported exported;
    onnx::ModelProto& model = writer.model();
    std::string weights;
    if (model.ByteSizeLong() > largestFile) {
        weights = moveWeightsOut(model, fileName + kDataEnding);
    }
    exported.files.push_back({fileName, model.SerializeAsString()});
    if (!weights.empty()) {
        exported.files.push_back({fileName + kDataEnding, std::move(weights)});
    }
    exported.notes = writer.builder().notes();
    if (profile.calibrationCache) {
        const bool quantized = hasIntegers(source.graph);
        const std::string cache = quantized ? fileName + kCacheEnding : "";
        if (quantized) {
            exported.files.push_back({cache, calibrationCache(writer.quantizedTensors())});
        }
        exported.commands = trtexecCommands(source, fileName, cache);
    }
    return exported;
}

Exporter onnxTarget(const std::string& description, const OnnxProfile& profile) {
    Exporter exporter;
    exporter.description = description;
    exporter.extension = ".onnx";
    exporter.runtime = "onnxruntime";
    exporter.int8Activations = profile.isSigned || profile.symmetric;
    exporter.opset = profile.opset;
    exporter.newestOpset = kNewestOnnxOpset;
    exporter.companions = {kDataEnding};
    if (profile.calibrationCache) {
        exporter.companions.emplace_back(kCacheEnding);
    }
    exporter.make = [profile](const QuantizedGraph& graph, const ExportOptions& options,
                              const std::string& fileName) {
        return makeOnnx(profile, graph, options, fileName);
    };
    return exporter;
}

}  // namespace qs
