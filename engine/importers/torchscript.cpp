#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/loop_unrolling.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/passes/peephole.h>
#include <torch/csrc/jit/passes/remove_exceptions.h>
#include <torch/csrc/jit/serialization/import.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/guard.h"
#include "importers/importer.h"
#include "importers/jit_graph.h"

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

Status checkArchive(const std::filesystem::path& path) {
    auto reader = guard(path.string() + " is damaged or truncated", [&] {
        return std::make_unique<caffe2::serialize::PyTorchStreamReader>(path.string());
    });
    if (!reader) {
        return failure(path.string() +
                       " is damaged or truncated: it cannot be read as a TorchScript archive");
    }
    if ((*reader)->hasRecord("constants.pkl")) {
        return {};
    }
    if ((*reader)->hasRecord("data.pkl")) {
        return failure(path.string() +
                       " is a state_dict or a pickled module, not TorchScript: " + kSaveScript);
    }
    return failure(path.string() + " is an archive, but not a TorchScript model: " + kSaveScript);
}

void readAbout(const std::string& text, ImportedModel& model) {
    const auto about = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (about.is_discarded() || !about.is_object()) {
        return;
    }
    if (about.contains("input_shape") && about["input_shape"].is_array()) {
        for (const auto& extent : about["input_shape"]) {
            model.inputShape.push_back(extent.is_number_integer() ? extent.get<int64_t>() : 0);
        }
    }
    if (about.contains("classes") && about["classes"].is_array()) {
        for (const auto& name : about["classes"]) {
            model.classes.push_back(name.is_string() ? name.get<std::string>() : name.dump());
        }
    }
}

std::shared_ptr<torch::jit::Graph> frozenGraph(torch::jit::Module module) {
    module.eval();
    const torch::jit::Module frozen = torch::jit::freeze_module(module);
    auto graph = frozen.get_method("forward").graph();
    torch::jit::Inline(*graph);
    torch::jit::EliminateExceptions(graph);
    torch::jit::UnrollConstantLoops(graph);
    torch::jit::ConstantPropagation(graph);
    torch::jit::PeepholeOptimize(graph);
    torch::jit::LowerSimpleTuples(graph);
    torch::jit::EliminateDeadCode(graph);
    return graph;
}

Result<ImportedModel> open(const std::filesystem::path& path) {
    if (isPickle(path)) {
        return failure(path.string() + " is a pickled state_dict or module, not TorchScript: " + kSaveScript);
    }
    QS_TRY(checkArchive(path));
    torch::jit::ExtraFilesMap extra{{kAboutFile, ""}};
    QS_ASSIGN(torch::jit::Module module, guard("cannot load " + path.string(), [&] {
                  return torch::jit::load(path.string(), at::kCPU, extra);
              }));
    if (!module.find_method("forward")) {
        return failure(path.string() + ": the module has no forward method");
    }
    QS_ASSIGN(const auto jit, guard("cannot prepare " + path.string(), [&] { return frozenGraph(module); }));
    ImportedModel model;
    model.format = "torchscript";
    readAbout(extra[kAboutFile], model);
    auto graph = guard("reading its graph", [&] { return readJitGraph(*jit); });
    if (!graph) {
        return failure(path.string() + ": " + graph.error().message);
    }
    model.graph = std::move(graph).value();
    return model;
}

}  // namespace

void register_torchscript(Registry<Importer>& registry) {
    registry.add("torchscript",
                 {[](const std::filesystem::path& path) { return isZip(path) || isPickle(path); }, open});
}

}  // namespace qs
