#include <torch/csrc/jit/api/module.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/guard.h"
#include "importers/importer.h"
#include "importers/jit_interpreter.h"
#include "importers/torchscript/load.h"
#include "importers/torchscript/training_traits.h"
#include "importers/tracer.h"
#include "ops/quantized_engine.h"
#include "protocol/parse_json.h"

namespace qs {

namespace {

constexpr auto kSaveScript =
    "save torch.jit.script(model) instead: torch.jit.script(model).save(\"model.pt\")";
constexpr auto kAboutFile = "quantoscope.json";
constexpr size_t kMostName = 1000;  // characters of a layer's name

std::string firstBytes(const std::filesystem::path& path, size_t count) {
    std::string bytes(count, '\0');
    std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(count));
    return bytes;
}

bool isZip(const std::filesystem::path& path) {
    return firstBytes(path, 2) == "PK";
}
/// A pickle of protocol 2, which torch.save wrote before PyTorch 1.6.
bool isPickle(const std::filesystem::path& path) {
    return firstBytes(path, 2) == "\x80\x02";
}

class TorchScriptFile : public ModelFile {
  public:
    TorchScriptFile(const torch::jit::Module& module, std::vector<InputSpec> inputs, const std::string& about)
        : module_(module), inputs_(std::move(inputs)), training_(module) {
        readAbout(about);
    }

    std::vector<InputSpec> inputs() const override { return inputs_; }
    std::vector<std::string> classes() const override { return classes_; }
    std::vector<std::string> notes() const override { return notes_; }

    /// Channels from the first convolution, features from the first linear layer, numbers of words from the
    /// first embedding.
    std::vector<std::vector<InputSpec>> guesses() const override {
        std::vector<std::vector<InputSpec>> guesses;
        const auto add = [&](Shape shape, at::ScalarType dtype = at::kFloat) {
            guesses.emplace_back(inputs_.size(), InputSpec{"", std::move(shape), dtype});
        };
        // Volumes first: the weights of some networks for them read an image as one volume.
        for (const auto& [dimensions, pixels] :
             {std::pair<int64_t, Shape>(5, {16, 112, 112}), {4, {224, 224}}}) {
            for (const at::Tensor& parameter : module_.parameters()) {
                if (parameter.dim() == dimensions) {
                    Shape shape{1, parameter.size(1)};
                    shape.insert(shape.end(), pixels.begin(), pixels.end());
                    add(std::move(shape));
                    break;
                }
            }
        }
        for (const at::Tensor& parameter : module_.parameters()) {
            if (parameter.dim() == 2) {
                add({1, parameter.size(1)});
                add({1, 16, parameter.size(1)});
                add({1, 16}, at::kLong);
                break;
            }
        }
        add({1, 3, 224, 224});
        add({1, 1, 28, 28});
        return guesses;
    }

    Result<TracedNetwork> trace(std::span<const InputSpec> inputs, const Job& job) const override {
        notes_ = loadNotes_;
        return finishGraph(
            batchOf(inputs, 1), [&](int64_t batch) { return traceOnce(inputs, batch, job); }, notes_, job);
    }

  private:
    static int64_t batchOf(std::span<const InputSpec> inputs, int64_t fallback) {
        return inputs.empty() || inputs[0].shape.empty() ? fallback : inputs[0].shape[0];
    }

    Graph traceOnce(std::span<const InputSpec> inputs, int64_t batch, const Job& job) const {
        const QuantizedEngine engine(anyQuantizedEngine());
        Tracer tracer(job);
        std::vector<at::Tensor> tensors;
        const int64_t whole = batchOf(inputs, batch);
        for (size_t i = 0; i < inputs.size(); ++i) {
            Shape shape = inputs[i].shape;
            if (!shape.empty() && shape[0] == whole) {
                shape[0] = batch;
            }
            tensors.push_back(tracer.input(inputs_[i].name, shape, inputs[i].dtype.value_or(at::kFloat)));
        }
        for (const auto& [name, tensor] : interpret(module_, tensors, tracer, notes_)) {
            tracer.output(tensor, name);
        }
        Graph graph = tracer.take();
        training_.describe(graph);
        for (const Node& node : graph.nodes()) {
            if (const auto name = layerNames_.find(node.scope); name != layerNames_.end()) {
                graph.node(node.id).scope = name->second;
            }
        }
        return graph;
    }

    void readAbout(const std::string& text) {
        const auto about = protocol::parseJson(text).value;
        if (about.is_discarded() || !about.is_object()) {
            return;
        }
        if (about.contains("input_shape") && about["input_shape"].is_array() && !inputs_.empty()) {
            Shape shape;
            for (const auto& extent : about["input_shape"]) {
                shape.push_back(extent.is_number_integer() ? extent.get<int64_t>() : -1);
            }
            inputs_[0].shape = std::move(shape);
        }
        if (about.contains("layer_names") && about["layer_names"].is_object()) {
            for (const auto& [path, name] : about["layer_names"].items()) {
                if (name.is_string()) {
                    layerNames_[path] = name.get<std::string>().substr(0, kMostName);
                }
            }
        }
        if (about.contains("classes") && about["classes"].is_array()) {
            for (const auto& name : about["classes"]) {
                classes_.push_back(name.is_string() ? name.get<std::string>() : name.dump());
            }
        }
    }

    torch::jit::Module module_;
    std::vector<InputSpec> inputs_;
    TrainingTraits training_;
    std::vector<std::string> classes_;
    std::map<std::string, std::string> layerNames_;  ///< what a module's path stands for
    std::vector<std::string> loadNotes_;
    mutable std::vector<std::string> notes_;  ///< of the last trace
};

Result<std::vector<InputSpec>> declaredInputs(const torch::jit::Module& module) {
    std::vector<InputSpec> inputs;
    const auto& arguments = module.get_method("forward").function().getSchema().arguments();
    for (size_t i = 1; i < arguments.size(); ++i) {
        const auto& argument = arguments[i];
        if (argument.type()->isSubtypeOf(*c10::TensorType::get())) {
            inputs.push_back({argument.name(), {}, {}});
        } else if (!argument.default_value()) {
            return failure("input " + argument.name() + " is " + argument.type()->repr_str() +
                           ", not a tensor: wrap the model so that it takes tensors");
        }
    }
    return inputs;
}

Result<std::unique_ptr<ModelFile>> open(const std::filesystem::path& path) {
    if (isPickle(path)) {
        return failure(path.string() + " is a pickled state_dict or module, not TorchScript: " + kSaveScript);
    }
    torch::jit::ExtraFilesMap extra{{kAboutFile, ""}};
    const QuantizedEngine engine(anyQuantizedEngine());  // unpacks what is packed in the file
    QS_ASSIGN(torch::jit::Module module, loadTorchScript(path, extra));
    if (!module.find_method("forward")) {
        return failure(path.string() + ": the module has no forward method");
    }
    auto inputs = declaredInputs(module);
    if (!inputs) {
        return failure(path.string() + ": " + inputs.error().message);
    }
    return std::unique_ptr<ModelFile>(
        std::make_unique<TorchScriptFile>(module, std::move(inputs).value(), extra[kAboutFile]));
}

}  // namespace

void register_torchscript(Registry<Importer>& registry) {
    registry.add("torchscript",
                 {[](const std::filesystem::path& path) { return isZip(path) || isPickle(path); }, open});
}

}  // namespace qs
