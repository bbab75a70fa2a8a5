#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_set>

#include "core/guard.h"
#include "importers/archive.h"
#include "importers/importer.h"
#include "importers/jit_interpreter.h"
#include "importers/tracer.h"
#include "ops/quantized_engine.h"
#include "protocol/parse_json.h"

namespace qs {

namespace {

constexpr auto kSaveScript =
    "save torch.jit.script(model) instead: torch.jit.script(model).save(\"model.pt\")";
constexpr auto kAboutFile = "quantoscope.json";

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

/// The name in "  name = value" without a type; empty for anything else.
std::string_view assignedName(std::string_view line) {
    if (!line.starts_with("  ")) {
        return {};
    }
    line.remove_prefix(2);
    const auto end = std::find_if_not(
        line.begin(), line.end(), [](unsigned char c) { return c == '_' || (c < 0x80 && std::isalnum(c)); });
    const auto length = static_cast<size_t>(end - line.begin());
    const size_t next = line.find_first_not_of(" \t", length);
    return next != std::string_view::npos && line[next] == '=' ? line.substr(0, length) : std::string_view();
}

/// The name that a class in TorchScript source gives a value without a type, which nothing that LibTorch
/// writes does and on which its parser crashes; empty where there is none. Members of enumerations have none.
std::string untypedMember(std::string_view source) {
    constexpr size_t kMostName = 100;
    static const std::set<std::string_view> kKnown = {"__annotations__", "__buffers__", "__forward_hooks__",
                                                      "__forward_pre_hooks__", "__parameters__"};
    bool inClass = false;
    for (size_t begin = 0; begin < source.size();) {
        const std::string_view line = source.substr(begin, source.find('\n', begin) - begin);
        begin += line.size() + 1;
        if (line.starts_with("class ")) {
            inClass = line.find("(Enum)") == std::string_view::npos;
        } else if (line.starts_with("def ")) {
            inClass = false;  // what follows are a function's variables
        } else if (const std::string_view member = assignedName(line);
                   inClass && !member.empty() && kKnown.count(member) == 0) {
            return std::string(member.substr(0, kMostName));
        }
    }
    return {};
}

/// What LibTorch reads beyond the end of, or crashes on, instead of refusing it.
Status checkRecords(caffe2::serialize::PyTorchStreamReader& reader) {
    for (const std::string& record : reader.getAllRecords()) {
        const bool isSource = record.starts_with("code/") && record.ends_with(".py");
        if (!isSource && !record.ends_with(".pkl")) {
            continue;
        }
        const auto [data, size] = reader.getRecord(record);
        const std::string_view content(static_cast<const char*>(data.get()), size);
        if (!isSource && !content.ends_with('.')) {
            return failure(record + " has no end");
        }
        if (const std::string member = isSource ? untypedMember(content) : ""; !member.empty()) {
            return failure(std::string(record).append(" gives ").append(member).append(" no type"));
        }
    }
    return {};
}

Status checkArchive(const std::filesystem::path& path) {
    QS_TRY(checkZip(path));
    const std::string damaged = path.string() + " is damaged or truncated: ";
    try {
        caffe2::serialize::PyTorchStreamReader reader(path.string());
        if (reader.hasRecord("constants.pkl")) {
            const Status records = checkRecords(reader);
            return records ? records : failure(damaged + records.error().message);
        }
        if (reader.hasRecord("data.pkl")) {
            return failure(path.string() +
                           " is a state_dict or a pickled module, not TorchScript: " + kSaveScript);
        }
        return failure(path.string() + " is an archive, but not a TorchScript model: " + kSaveScript);
    } catch (const std::exception&) {  // quotes whatever the file holds
        return failure(damaged + "it cannot be read as a TorchScript archive");
    }
}

/// A tensor's record may be shorter than the tensor claims: LibTorch then makes room for what is not there.
Status checkStorage(const torch::jit::Module& module, const std::filesystem::path& path) {
    std::unordered_set<const at::StorageImpl*> seen;
    uintmax_t bytes = 0;
    const auto add = [&](const at::Tensor& tensor) {
        if (tensor.defined() && tensor.has_storage() &&
            seen.insert(tensor.storage().unsafeGetStorageImpl()).second) {
            bytes += tensor.storage().nbytes();
        }
    };
    for (const at::Tensor& tensor : module.parameters()) {
        add(tensor);
    }
    for (const at::Tensor& tensor : module.buffers()) {
        add(tensor);
    }
    const uintmax_t size = std::filesystem::file_size(path);
    if (bytes > size) {
        return failure(path.string() + " is damaged: its tensors claim " + std::to_string(bytes) +
                       " bytes, the file has " + std::to_string(size));
    }
    return {};
}

class TorchScriptFile : public ModelFile {
  public:
    TorchScriptFile(const torch::jit::Module& module, std::vector<InputSpec> inputs, const std::string& about)
        : module_(module), inputs_(std::move(inputs)) {
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
        for (const at::Tensor& parameter : module_.parameters()) {
            if (parameter.dim() == 4) {
                add({1, parameter.size(1), 224, 224});
                break;
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

    Result<TracedNetwork> trace(std::span<const InputSpec> inputs) const override {
        notes_ = loadNotes_;
        return finishGraph(
            batchOf(inputs, 1), [&](int64_t batch) { return traceOnce(inputs, batch); }, notes_);
    }

  private:
    static int64_t batchOf(std::span<const InputSpec> inputs, int64_t fallback) {
        return inputs.empty() || inputs[0].shape.empty() ? fallback : inputs[0].shape[0];
    }

    Graph traceOnce(std::span<const InputSpec> inputs, int64_t batch) const {
        const QuantizedEngine engine(anyQuantizedEngine());
        Tracer tracer;
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
        return tracer.take();
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
        if (about.contains("classes") && about["classes"].is_array()) {
            for (const auto& name : about["classes"]) {
                classes_.push_back(name.is_string() ? name.get<std::string>() : name.dump());
            }
        }
    }

    torch::jit::Module module_;
    std::vector<InputSpec> inputs_;
    std::vector<std::string> classes_;
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

/// LibTorch explains a failure with the model's whole source; the first sentence is enough.
Result<torch::jit::Module> load(const std::filesystem::path& path, torch::jit::ExtraFilesMap& extra) {
    const QuantizedEngine engine(anyQuantizedEngine());  // unpacks what is packed in the file
    auto module = guard("cannot load " + path.string(),
                        [&] { return torch::jit::load(path.string(), at::kCPU, extra); });
    if (module) {
        return module;
    }
    const std::string& message = module.error().message;
    const std::string unknown = "Unknown builtin op: ";
    if (const size_t at = message.find(unknown); at != std::string::npos) {
        const size_t begin = at + unknown.size();
        const std::string op = message.substr(begin, message.find_first_of(". \n", begin) - begin);
        return failure(path.string() + ": the custom operator " + op +
                       " is not known here: replace it in the model by operators of PyTorch");
    }
    constexpr size_t kMostText = 300;
    return failure(message.substr(0, std::min(message.find('\n'), kMostText)));
}

Result<std::unique_ptr<ModelFile>> open(const std::filesystem::path& path) {
    if (isPickle(path)) {
        return failure(path.string() + " is a pickled state_dict or module, not TorchScript: " + kSaveScript);
    }
    QS_TRY(checkArchive(path));
    torch::jit::ExtraFilesMap extra{{kAboutFile, ""}};
    QS_ASSIGN(torch::jit::Module module, load(path, extra));
    if (!module.find_method("forward")) {
        return failure(path.string() + ": the module has no forward method");
    }
    QS_TRY(checkStorage(module, path));
    module.eval();
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
