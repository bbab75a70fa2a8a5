#include "importers/torchscript/load.h"

#include <torch/csrc/jit/mobile/import.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>

#include <algorithm>
#include <string>

#include "core/guard.h"
#include "importers/torchscript/archive_check.h"
#include "importers/torchscript/call_guard.h"
#include "importers/torchscript/graph_check.h"
#include "importers/torchscript/refusals.h"

namespace qs {

namespace {

/// What models print does not belong on standard output, which may carry a protocol.
void silencePrinting() {
    torch::jit::setPrintHandler([](const std::string&) {});
}

/// LibTorch explains a failure with the model's whole source; the first sentence is enough.
Error explained(const std::filesystem::path& path, const std::string& message) {
    const std::string unknown = "Unknown builtin op: ";
    if (const size_t at = message.find(unknown); at != std::string::npos) {
        const size_t begin = at + unknown.size();
        const std::string op = message.substr(begin, message.find_first_of(". \n", begin) - begin);
        if (op.starts_with("aten::")) {
            return failure(path.string() + ": the operator " + op + " is newer than LibTorch " +
                           TORCH_VERSION +
                           ": save the model with that version of PyTorch, or export it to ONNX");
        }
        return failure(path.string() + ": the custom operator " + op +
                       " is not known here: replace it in the model by operators of PyTorch");
    }
    constexpr size_t kMostText = 300;
    return failure(message.substr(0, std::min(message.find('\n'), kMostText)));
}

}  // namespace

Result<torch::jit::Module> loadTorchScript(const std::filesystem::path& path,
                                           torch::jit::ExtraFilesMap& extra) {
    QS_TRY(checkTorchScript(path));
    silencePrinting();
    const std::string what = "cannot load " + path.string();
    auto module = guard(what, [&] {
        const CallGuard checked;
        return torch::jit::load(path.string(), at::kCPU, extra);
    });
    if (!module) {
        return explained(path, module.error().message);
    }
    QS_TRY(guard(what, [&] { return checkOperators(*module, path); }));
    QS_TRY(guard(what, [&] { module->eval(); }));
    return module;
}

Result<torch::jit::Module> loadTorchScript(const std::filesystem::path& path) {
    torch::jit::ExtraFilesMap none;
    return loadTorchScript(path, none);
}

Result<torch::jit::mobile::Module> loadLite(const std::filesystem::path& path) {
    QS_TRY(checkLite(path));
    silencePrinting();
    auto module = guard("cannot load " + path.string(), [&] {
        const CallGuard checked;
        return torch::jit::_load_for_mobile(path.string(), at::kCPU);
    });
    // LibTorch's names of types on phones are numbers.
    if (!module && module.error().message.find("Dynamic<") != std::string::npos) {
        return unsound(path, "the state of a module is none that its code takes");
    }
    return module;
}

}  // namespace qs
