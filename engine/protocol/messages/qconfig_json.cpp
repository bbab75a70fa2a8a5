#include <set>

#include "protocol/json_codec.h"

namespace qs::protocol {

using nlohmann::json;

namespace {

/// Leaves out what is absent.
struct SparseWriter {
    json& object;
    template <typename T>
    void operator()(const char* name, const std::optional<T>& value) {
        if (value) {
            object[name] = codec::write(*value);
        }
    }
    void operator()(const char* name, const std::map<std::string, double>& value) {
        if (!value.empty()) {
            object[name] = value;
        }
    }
    void operator()(const char* name, const TensorQConfig& value) {
        if (value != TensorQConfig()) {
            object[name] = value;
        }
    }
    void operator()(const char* name, const auto& value) { object[name] = codec::write(value); }
};

/// Reads as codec::Reader does, and objects to members that nobody asked for.
struct StrictReader {
    codec::Reader reader;
    std::set<std::string> known = {};
    void operator()(const char* name, auto& value) {
        known.insert(name);
        reader(name, value);
    }
};

void members(auto& visit, codec::Is<TensorQConfig> auto& v) {
    visit("dtype", v.dtype);
    visit("scheme", v.scheme);
    visit("granularity", v.granularity);
    visit("group", v.group);
    visit("observer", v.observer);
    visit("parameters", v.parameters);
    visit("zero_point", v.zero_point);
    visit("quant_min", v.quant_min);
    visit("quant_max", v.quant_max);
}

void members(auto& visit, codec::Is<QConfig> auto& v) {
    visit("preset", v.preset);
    visit("mode", v.mode);
    visit("activation", v.activation);
    visit("weight", v.weight);
}

void members(auto& visit, codec::Is<Rule> auto& v) {
    visit("match", v.match);
    visit("key", v.key);
    visit("qconfig", v.qconfig);
}

template <typename T>
void readStrictly(const json& source, T& target) {
    if (!source.is_object()) {
        codec::wrongType("an object", source);
    }
    target = T();
    StrictReader visit{{source}};
    members(visit, target);
    for (const auto& [name, value] : source.items()) {
        if (!visit.known.contains(name)) {
            std::string all;
            for (const std::string& key : visit.known) {
                all += (all.empty() ? "" : ", ") + key;
            }
            throw JsonError(JsonError::shortened(name), "unknown: there are " + all);
        }
    }
}

template <typename T>
void writeSparsely(json& target, const T& source) {
    target = json::object();
    SparseWriter visit{target};
    members(visit, source);
}

}  // namespace

void to_json(json& target, const TensorQConfig& source) {
    writeSparsely(target, source);
}

void from_json(const json& source, TensorQConfig& target) {
    readStrictly(source, target);
}

void to_json(json& target, const QConfig& source) {
    if (source == QConfig{source.preset}) {
        target = source.preset;
    } else {
        writeSparsely(target, source);
    }
}

void from_json(const json& source, QConfig& target) {
    if (source.is_object()) {
        readStrictly(source, target);
        return;
    }
    target = QConfig();
    if (!source.is_string()) {
        codec::wrongType("a preset's name or an object", source);
    }
    target.preset = source.get<std::string>();
}

void to_json(json& target, const Rule& source) {
    writeSparsely(target, source);
}

void from_json(const json& source, Rule& target) {
    readStrictly(source, target);
}

}  // namespace qs::protocol
