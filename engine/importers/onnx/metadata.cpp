#include "importers/onnx/metadata.h"

#include <onnx/onnx_pb.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "protocol/parse_json.h"

namespace qs {

namespace {

using Json = nlohmann::json;

std::string nameOf(const Json& item) {
    return item.is_string() ? item.get<std::string>() : item.dump();
}

/// An array of names, or an object from index to name.
std::vector<std::string> fromJson(const Json& json) {
    std::vector<std::string> names;
    if (json.is_array()) {
        for (const Json& item : json) {
            names.push_back(nameOf(item));
        }
    } else if (json.is_object()) {
        for (size_t i = 0; i < json.size(); ++i) {
            const auto item = json.find(std::to_string(i));
            if (item == json.end()) {
                return {};
            }
            names.push_back(nameOf(*item));
        }
    }
    return names;
}

/// "{0: 'cat', 1: \"dog\"}": what stands between quotes, in order.
std::vector<std::string> fromPython(const std::string& text) {
    std::vector<std::string> names;
    for (size_t begin = text.find_first_of("'\""); begin != std::string::npos;) {
        const size_t end = text.find(text[begin], begin + 1);
        if (end == std::string::npos) {
            return {};
        }
        names.push_back(text.substr(begin + 1, end - begin - 1));
        begin = text.find_first_of("'\"", end + 1);
    }
    return names;
}

std::vector<std::string> fromText(const std::string& text) {
    const char separator = text.find('\n') != std::string::npos ? '\n' : ',';
    std::vector<std::string> names;
    std::istringstream stream(text);
    for (std::string name; std::getline(stream, name, separator);) {
        const size_t begin = name.find_first_not_of(" \t\r");
        if (begin != std::string::npos) {
            names.push_back(name.substr(begin, name.find_last_not_of(" \t\r") + 1 - begin));
        }
    }
    return names;
}

std::vector<std::string> parse(const std::string& text) {
    const Json json = protocol::parseJson(text).value;
    if (!json.is_discarded()) {
        return fromJson(json);
    }
    return text.starts_with('{') ? fromPython(text) : fromText(text);
}

}  // namespace

std::vector<std::string> onnxClasses(const ::onnx::ModelProto& model) {
    std::map<std::string, std::string> entries;
    for (const auto& entry : model.metadata_props()) {
        entries[entry.key()] = entry.value();
    }
    const Json about = protocol::parseJson(entries["quantoscope"]).value;
    if (about.is_object() && about.contains("classes")) {
        return fromJson(about["classes"]);
    }
    for (const char* key : {"classes", "names", "labels"}) {
        if (const auto found = entries.find(key); found != entries.end()) {
            return parse(found->second);
        }
    }
    return {};
}

}  // namespace qs
