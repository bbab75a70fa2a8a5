#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocol/json.h"

/// How single members become JSON and back (the rules stand in protocol/json.h). For messages/*_json.cpp
/// alone: each gives one list of members a struct, read and written alike.
namespace qs::protocol::codec {

using nlohmann::json;

// ---- writing

template <typename T>
json write(const T& value) {
    return value;
}

inline json write(double value) {
    return std::isfinite(value) ? json(value) : json(nullptr);
}

template <typename T>
json write(const std::optional<T>& value) {
    return value ? write(*value) : json(nullptr);
}

template <typename T>
json write(const std::vector<T>& values) {
    json array = json::array();
    for (const T& value : values) {
        array.push_back(write(value));
    }
    return array;
}

struct Writer {
    json& object;
    void operator()(const char* name, const auto& value, const char* /*former*/ = nullptr) {
        object[name] = write(value);
    }
};

// ---- reading

[[noreturn]] inline void wrongType(const char* expected, const json& found) {
    const std::string name = found.type_name();
    const char* article = name == "array" || name == "object" ? "an " : "a ";
    throw JsonError(
        "", std::string("expected ") + expected + ", found " + (found.is_null() ? "" : article) + name);
}

template <typename T>
void read(const json& source, T& target) {
    source.get_to(target);
}

inline void read(const json& source, bool& target) {
    if (!source.is_boolean()) {
        wrongType("true or false", source);
    }
    target = source.get<bool>();
}

inline void read(const json& source, std::string& target) {
    if (!source.is_string()) {
        wrongType("a string", source);
    }
    target = source.get<std::string>();
}

inline void read(const json& source, double& target) {
    if (!source.is_number()) {
        wrongType("a number", source);
    }
    target = source.get<double>();
}

template <std::integral T>
void read(const json& source, T& target) {
    // A script may well write 64.0 where 64 is meant.
    const bool whole = source.is_number_float() && std::trunc(source.get<double>()) == source.get<double>() &&
                       std::abs(source.get<double>()) < 9e15;
    if (!source.is_number_integer() && !whole) {
        wrongType("an integer", source);
    }
    const bool fits = source.is_number_unsigned() ? std::in_range<T>(source.get<uint64_t>())
                                                  : std::in_range<T>(source.get<int64_t>());
    if (!fits) {
        throw JsonError("", source.dump() + " is out of range");
    }
    target = source.get<T>();
}

template <typename T>
void readMember(const json& source, T& target);

template <typename T>
void read(const json& source, std::vector<T>& target) {
    if (!source.is_array()) {
        wrongType("an array", source);
    }
    target.clear();
    target.reserve(source.size());
    for (size_t i = 0; i < source.size(); ++i) {
        try {
            readMember(source[i], target.emplace_back());
        } catch (const JsonError& error) {
            throw error.inside("[" + std::to_string(i) + "]");
        }
    }
}

template <typename T>
void read(const json& source, std::map<std::string, T>& target) {
    if (!source.is_object()) {
        wrongType("an object", source);
    }
    target.clear();
    for (const auto& [name, value] : source.items()) {
        try {
            readMember(value, target[name]);
        } catch (const JsonError& error) {
            throw error.inside(name);
        }
    }
}

template <typename T>
void read(const json& source, std::optional<T>& target) {
    read(source, target.emplace());
}

template <typename T>
void readMember(const json& source, T& target) {
    if (!source.is_null()) {
        read(source, target);
    } else if constexpr (std::same_as<T, double>) {
        target = std::numeric_limits<double>::quiet_NaN();
    } else {
        target = T();
    }
}

struct Reader {
    const json& object;
    /// `former`: the member's name in what earlier versions wrote.
    template <typename T>
    void operator()(const char* name, T& value, const char* former = nullptr) {
        auto found = object.find(name);
        if (found == object.end() && former) {
            found = object.find(former);
        }
        if (found == object.end()) {
            return;
        }
        // Null stands for the struct's own default, which `value` holds, except where it carries a meaning.
        constexpr bool nullMeans = std::same_as<T, double> || requires {
            value.reset();
        };
        if (found->is_null() && !nullMeans) {
            return;
        }
        try {
            readMember(*found, value);
        } catch (const JsonError& error) {
            throw error.inside(name);
        }
    }
};

// ---- structs

/// S or const S.
template <typename T, typename S>
concept Is = std::same_as<std::remove_const_t<T>, S>;

template <typename T>
void readObject(const json& source, T& target) {
    if (!source.is_object()) {
        wrongType("an object", source);
    }
    target = T();
    Reader reader{source};
    members(reader, target);
}

template <typename T>
void writeObject(json& target, const T& source) {
    target = json::object();
    Writer writer{target};
    members(writer, source);
}

}  // namespace qs::protocol::codec

/// After `void members(auto& visit, codec::Is<Type> auto& v)` in namespace qs::protocol.
// NOLINTBEGIN(bugprone-macro-parentheses): a type in a parameter list takes none.
#define QS_DEFINE_JSON(Type)                                     \
    void to_json(nlohmann::json& target, const Type& source) {   \
        codec::writeObject(target, source);                      \
    }                                                            \
    void from_json(const nlohmann::json& source, Type& target) { \
        codec::readObject(source, target);                       \
    }
// NOLINTEND(bugprone-macro-parentheses)
