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
#include "importers/torchscript/newer_operators.h"
#include "importers/torchscript/refusals.h"

namespace qs {

namespace {

/// What models print does not belong on standard output, which may carry a protocol.
void silencePrinting() {
    torch::jit::setPrintHandler([](const std::string&) {});
}

/// The operator that `message` names behind `lead`; empty where it names none.
std::string operatorBehind(const std::string& message, const std::string& lead) {
    const size_t at = message.find(lead);
    const size_t begin = at == std::string::npos ? at : message.find("::", at + lead.size());
    if (begin == std::string::npos) {
        return "";
    }
    const size_t start = message.find_last_of(" '\n", begin) + 1;
    return message.substr(start, message.find_first_of(".('\n ", begin) - start);
}

/// LibTorch explains a failure with the model's whole source; the first sentence is enough.
Error explained(const std::filesystem::path& path, const std::string& message) {
    const auto newer = [&](const std::string& what) {
        return failure(path.string() + ": " + what + " newer than LibTorch " + TORCH_VERSION +
                       ": save the model with that version of PyTorch, or export it to ONNX");
    };
    if (const std::string op = operatorBehind(message, "Unknown builtin op:"); !op.empty()) {
        return op.starts_with("aten::")
                   ? newer("the operator " + op + " is")
                   : failure(path.string() + ": the custom operator " + op +
                             " is not known here: replace it in the model by operators of PyTorch");
    }
    // A call that fits one form of the operator, and one that fits none of several.
    for (const char* misfit : {"Arguments for call are not valid", "Unknown keyword argument",
                               "Keyword argument", "Expected a value of type", "Expected at most"}) {
        const std::string op = operatorBehind(message, "");
        if (message.find(misfit) != std::string::npos && op.starts_with("aten::")) {
            return newer("the operator " + op + " is called in a form that is");
        }
    }
    constexpr size_t kMostText = 300;
    return failure(message.substr(0, std::min(message.find('\n'), kMostText)));
}

}  // namespace

Result<torch::jit::Module> loadTorchScript(const std::filesystem::path& path,
                                           torch::jit::ExtraFilesMap& extra) {
    const std::string what = "cannot load " + path.string();
    QS_TRY(guard(what, [] { registerNewerOperators(); }));
    QS_TRY(checkTorchScript(path));
    silencePrinting();
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
