#include <algorithm>

#include "importers/importer.h"
#include "quant/pipeline.h"
#include "runtime/executor.h"
#include "verify/file_runtime.h"
#include "verify/in_process.h"
#include "verify/onnx_weights.h"
#include "verify/step_tensors.h"

namespace qs {

namespace {

class ReferenceSession : public FileSession {
  public:
    ReferenceSession(const FileFacts& facts, std::unique_ptr<Executor> executor)
        : path_(facts.path), format_(facts.format), layers_(facts.layers), executor_(std::move(executor)) {}

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs) override {
        return executor_->run(inputs);
    }
    Result<Layers> runLayers(std::span<const at::Tensor> inputs, const LayerTensors& shown) override {
        Layers layers;
        const std::vector<StepTensor> tensors = stepTensors(executor_->graph(), layers_);
        QS_ASSIGN(layers.outputs,
                  executor_->run(inputs, [&](size_t node, std::span<const at::Tensor> outputs) {
                      for (const StepTensor& tensor : tensors) {
                          const auto asked = shown.find(tensor.layer);
                          if (tensor.node == node && asked != shown.end() &&
                              std::ranges::find(asked->second, tensor.tensor) != asked->second.end()) {
                              layers.values[tensor.layer].push_back(outputs[tensor.output].clone());
                          }
                      }
                  }));
        return layers;
    }
    Result<int64_t> integerWeights() const override {
        if (format_ == FileFormat::Onnx) {
            return onnxIntegerWeights(path_);
        }
        return std::ranges::count_if(executor_->graph().nodes,
                                     [](const QNode& node) { return node.weightInt.has_value(); });
    }
    Result<double> time(std::span<const at::Tensor> inputs) override {
        return timed([&] { return run(inputs); });
    }
    std::string version() const override { return "Quantoscope " QS_VERSION ", reference evaluator"; }
    std::string note() const override {
        return "the file was read and evaluated by Quantoscope itself: no other runtime has confirmed it";
    }

  private:
    std::filesystem::path path_;
    FileFormat format_;
    LayerTensors layers_;
    std::unique_ptr<Executor> executor_;
};

std::vector<InputSpec> inputsOf(const FileFacts& facts) {
    std::vector<InputSpec> inputs;
    for (const protocol::TensorInfo& input : facts.inputs) {
        inputs.push_back({.name = input.name, .shape = input.shape});
    }
    return inputs;
}

/// The network with the integers that the file holds.
Result<QuantizedGraph> networkOf(const ImportedModel& model) {
    QS_ASSIGN(const Network folded, fold(model.graph));
    if (!model.quantization) {
        return convertFloat(folded);
    }
    std::vector<Rule> rules{{RuleMatch::Global, "", "onednn"}};  // the grids are the file's
    for (const std::string& layer : model.quantization->floatLayers) {
        rules.push_back({RuleMatch::Layer, layer, "fp32"});
    }
    QS_ASSIGN(const RuleSet ruleSet, RuleSet::make(std::move(rules)));
    Job job;
    QS_ASSIGN(QuantizedNetwork network,
              quantizeNetwork({folded, ruleSet, fileCalibration(model.graph)}, job));
    return std::move(network.converted);
}

Result<std::unique_ptr<FileSession>> open(const FileFacts& facts, int) {
    QS_ASSIGN(const ImportedModel model, openModel(facts.path, inputsOf(facts)));
    auto graph = networkOf(model);
    if (!graph) {
        return failure(facts.path.string() + ": " + graph.error().message);
    }
    QS_ASSIGN(auto executor, makeReferenceExecutor(std::move(*graph)));
    return std::unique_ptr<FileSession>(std::make_unique<ReferenceSession>(facts, std::move(executor)));
}

}  // namespace

void register_reference(Registry<FileRuntime>& registry) {
    registry.add("reference", {.description = "Quantoscope's own importer and reference evaluator",
                               .independent = false,
                               .choice = FileRuntime::Choice::Last,
                               .matches = [](FileFormat format) { return format != FileFormat::Lite; },
                               .whyAbsent = [] { return std::string(); },
                               .open = open});
}

}  // namespace qs
