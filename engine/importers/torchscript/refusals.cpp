#include "importers/torchscript/refusals.h"

#include <algorithm>

namespace qs {

namespace {

std::string onOneLine(std::string text) {
    constexpr size_t kMostText = 300;
    text.resize(std::min(text.size(), kMostText));
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' '; }, '?');
    return text;
}

}  // namespace

Error unsound(const std::filesystem::path& path, std::string why) {
    return failure(path.string() + " is damaged or unsafe: " + onOneLine(std::move(why)));
}

Error forbiddenOperator(const std::filesystem::path& path, const std::string& name,
                        const std::string& place) {
    return failure(path.string() + ": it calls " + onOneLine(name) + " in " + onOneLine(place) +
                   ", which reaches beyond the network: only operators that compute are run");
}

}  // namespace qs
