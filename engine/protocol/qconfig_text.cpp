#include <array>
#include <charconv>
#include <sstream>
#include <utility>

#include "protocol/messages/qconfig.h"

namespace qs::protocol {

namespace {

constexpr const char* kParameter = "observer.";

struct TextKey {
    const char* name;
    std::optional<std::string> TensorQConfig::*member;
};
constexpr TextKey kTextKeys[] = {{"dtype", &TensorQConfig::dtype},
                                 {"scheme", &TensorQConfig::scheme},
                                 {"granularity", &TensorQConfig::granularity},
                                 {"observer", &TensorQConfig::observer}};

struct NumberKey {
    const char* name;
    std::optional<int64_t> TensorQConfig::*member;
};
constexpr NumberKey kNumberKeys[] = {{"group", &TensorQConfig::group},
                                     {"zero_point", &TensorQConfig::zero_point},
                                     {"quant_min", &TensorQConfig::quant_min},
                                     {"quant_max", &TensorQConfig::quant_max}};

std::string keyList() {
    std::string keys = "mode";
    for (const char* tensor : {"activation", "weight"}) {
        for (const TextKey& key : kTextKeys) {
            keys += std::string(", ") + tensor + "." + key.name;
        }
        for (const NumberKey& key : kNumberKeys) {
            keys += std::string(", ") + tensor + "." + key.name;
        }
    }
    return keys;
}

template <typename T>
bool readNumber(const std::string& text, T& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

/// What is wrong, or nothing.
std::string takeTensorKey(TensorQConfig& tensor, const std::string& name, const std::string& value) {
    for (const TextKey& key : kTextKeys) {
        if (name == key.name) {
            tensor.*key.member = value;
            return {};
        }
    }
    for (const NumberKey& key : kNumberKeys) {
        if (name == key.name) {
            int64_t number = 0;
            const bool right = readNumber(value, number);
            tensor.*key.member = number;
            return right ? "" : "'" + value + "' is no integer";
        }
    }
    if (name.starts_with(kParameter)) {
        return readNumber(value, tensor.parameters[name.substr(std::string(kParameter).size())])
                   ? ""
                   : "'" + value + "' is no number";
    }
    return "unknown: there are " + keyList();
}

std::string takeKey(QConfig& qconfig, const std::string& key, const std::string& value) {
    if (key == "mode") {
        qconfig.mode = value;
        return {};
    }
    if (key == "preset") {
        qconfig.preset = value;
        return {};
    }
    for (auto [prefix, tensor] :
         {std::pair("activation.", &qconfig.activation), std::pair("weight.", &qconfig.weight)}) {
        if (key.starts_with(prefix)) {
            return takeTensorKey(*tensor, key.substr(std::string(prefix).size()), value);
        }
    }
    return "unknown: there are " + keyList();
}

/// The fewest digits that are read back as the same number.
std::string shortest(double value) {
    std::array<char, 32> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), end};
}

void describe(std::ostringstream& text, const std::string& prefix, const TensorQConfig& tensor) {
    for (const TextKey& key : kTextKeys) {
        if (tensor.*key.member) {
            text << ',' << prefix << key.name << '=' << *(tensor.*key.member);
        }
    }
    for (const auto& [name, value] : tensor.parameters) {
        text << ',' << prefix << kParameter << name << '=' << shortest(value);
    }
    for (const NumberKey& key : kNumberKeys) {
        if (tensor.*key.member) {
            text << ',' << prefix << key.name << '=' << *(tensor.*key.member);
        }
    }
}

}  // namespace

std::string textOf(const QConfig& qconfig) {
    std::ostringstream text;
    text << qconfig.preset;
    if (qconfig.mode) {
        text << ",mode=" << *qconfig.mode;
    }
    describe(text, "activation.", qconfig.activation);
    describe(text, "weight.", qconfig.weight);
    return text.str();
}

ParsedQConfig parseQConfig(const std::string& text, const QConfig& base) {
    ParsedQConfig parsed{base, {}};
    bool isFirst = true;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const size_t equals = part.find('=');
        if (equals == std::string::npos) {
            if (!isFirst) {
                parsed.problem = "'" + part + "' is no KEY=VALUE, and only what stands first is a preset";
                return parsed;
            }
            parsed.qconfig = {part};
        }
        if (std::exchange(isFirst, false) && equals == std::string::npos) {
            continue;
        }
        const std::string key = part.substr(0, equals);
        if (std::string problem = takeKey(parsed.qconfig, key, part.substr(equals + 1)); !problem.empty()) {
            parsed.problem = key + ": " + problem;
            return parsed;
        }
    }
    return parsed;
}

}  // namespace qs::protocol
