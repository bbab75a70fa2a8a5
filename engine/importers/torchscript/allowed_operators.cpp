#include "importers/torchscript/allowed_operators.h"

#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <string>
#include <unordered_set>

#include "importers/torchscript/allowed_names.h"

namespace qs {

namespace {

bool isListed(std::string_view name) {
    static const std::unordered_set<std::string_view> names(allowedNames().begin(), allowedNames().end());
    return names.contains(name);
}

constexpr std::string_view kSpaces[] = {"aten", "prim", "quantized", "_quantized"};

/// Names without "aten::" and its like of the registered operators that are not allowed, and the language's
/// words for them.
std::unordered_set<std::string> forbiddenNames() {
    std::unordered_set<std::string> names{"fork", "awaitable", "rpc_async", "rpc_sync", "rpc_remote"};
    for (const auto& op : torch::jit::getAllOperators()) {
        const std::string& name = op->schema().name();
        if (isSourceNamespace(name.substr(0, name.find(':'))) && !isAllowedOperator(name)) {
            names.insert(name.substr(name.rfind(':') + 1));
        }
    }
    std::erase_if(names, [](const std::string& name) { return isAllowedOperator("aten::" + name); });
    return names;
}

}  // namespace

bool isAllowedOperator(std::string_view name) {
    return isListed(name) || (name.ends_with('_') && isListed(name.substr(0, name.size() - 1)));
}

bool isSourceNamespace(std::string_view space) {
    return std::ranges::find(kSpaces, space) != std::end(kSpaces);
}

bool meansForbiddenOperator(std::string_view name) {
    static const std::unordered_set<std::string> names = forbiddenNames();
    return names.contains(std::string(name));
}

}  // namespace qs
