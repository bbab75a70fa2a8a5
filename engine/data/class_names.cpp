#include "data/class_names.h"

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "core/files.h"
#include "protocol/parse_json.h"

namespace qs {

namespace {

using nlohmann::json;

constexpr int64_t kMostClasses = 1 << 20;

std::string trimmed(const std::string& line) {
    const size_t first = line.find_first_not_of(" \t\r");
    return first == std::string::npos ? "" : line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> fromLines(const std::string& text) {
    std::vector<std::string> names;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        names.push_back(trimmed(line));
    }
    while (!names.empty() && names.back().empty()) {
        names.pop_back();
    }
    return names;
}

std::optional<int64_t> toIndex(const std::string& text) {
    int64_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(index) : std::nullopt;
}

/// A name, or a list that ends in one: ["n01440764", "tench"].
std::optional<std::string> toName(const json& value) {
    const json& name = value.is_array() && !value.empty() ? value.back() : value;
    return name.is_string() ? std::optional(name.get<std::string>()) : std::nullopt;
}

Result<std::vector<std::string>> fromObject(const json& object, const std::string& path) {
    std::map<int64_t, std::string> byIndex;
    for (const auto& [key, value] : object.items()) {
        const bool nameToIndex = value.is_number_integer();
        const auto index = nameToIndex ? std::optional(value.get<int64_t>()) : toIndex(key);
        const auto name = nameToIndex ? std::optional(key) : toName(value);
        if (!index || !name || *index < 0 || *index >= kMostClasses) {
            return failure(path + ": '" + key +
                           "' does not give a class its name: expected {\"0\": \"cat\", ...}");
        }
        if (!byIndex.emplace(*index, *name).second) {
            return failure(path + " names class " + std::to_string(*index) + " twice");
        }
    }
    std::vector<std::string> names;
    for (const auto& [index, name] : byIndex) {
        if (index != int64_t(names.size())) {
            return failure(path + " has no name for class " + std::to_string(names.size()));
        }
        names.push_back(name);
    }
    return names;
}

Result<std::vector<std::string>> fromJson(const std::string& text, const std::string& path) {
    const auto [parsed, problem] = protocol::parseJson(text);
    if (parsed.is_object()) {
        return fromObject(parsed, path);
    }
    if (!parsed.is_array()) {
        return failure(path + (problem == "is not JSON" ? " is not valid JSON" : " " + problem));
    }
    std::vector<std::string> names;
    for (const json& value : parsed) {
        const auto name = toName(value);
        if (!name) {
            return failure(path + ": entry " + std::to_string(names.size()) + " is not a name");
        }
        names.push_back(*name);
    }
    return names;
}

}  // namespace

Result<std::vector<std::string>> readClassNames(const std::filesystem::path& path) {
    auto text = readFile(path);
    if (!text) {
        return failure("labels file: " + text.error().message);
    }
    if (text->find('\0') != std::string::npos) {
        return failure("labels file " + path.string() +
                       " is not a text file: expected a name a line, or JSON");
    }
    const size_t start = text->find_first_not_of(" \t\r\n");
    const bool isJson = start != std::string::npos && ((*text)[start] == '{' || (*text)[start] == '[');
    QS_ASSIGN(std::vector<std::string> names,
              isJson ? fromJson(*text, "labels file " + path.string()) : fromLines(*text));
    if (names.empty() || names.size() > size_t(kMostClasses)) {
        return failure("labels file " + path.string() +
                       (names.empty() ? " holds no names" : " holds too many names"));
    }
    return names;
}

Status checkLabels(const std::vector<int64_t>& labels, size_t classes, const std::string& what) {
    for (size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0 || labels[i] >= int64_t(classes)) {
            return failure(what + ": sample " + std::to_string(i) + " has label " +
                           std::to_string(labels[i]) + ", outside 0.." +
                           std::to_string(int64_t(classes) - 1));
        }
    }
    return {};
}

Status checkClassCount(size_t names, size_t classes, const std::string& what) {
    if (names != classes) {
        return failure("the labels file has " + std::to_string(names) + (names == 1 ? " name" : " names") +
                       ", " + what + " has " + std::to_string(classes) + " classes");
    }
    return {};
}

}  // namespace qs
