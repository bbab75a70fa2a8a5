#include "importers/torchscript/refusals.h"

#include <string_view>

#include "core/printable.h"

namespace qs {

namespace {

std::string onOneLine(std::string_view text) {
    constexpr size_t kMostText = 300;
    return printable(text.substr(0, kMostText));
}

}  // namespace

Error unsound(const std::filesystem::path& path, const std::string& why) {
    return failure(path.string() + " is damaged or unsafe: " + onOneLine(why));
}

Error forbiddenOperator(const std::filesystem::path& path, const std::string& name,
                        const std::string& place) {
    return failure(path.string() + ": it calls " + onOneLine(name) + " in " + onOneLine(place) +
                   ", which reaches beyond the network: only operators that compute are run");
}

}  // namespace qs
