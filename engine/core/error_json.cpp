#include "core/error_json.h"

#include <algorithm>
#include <type_traits>

#include "core/printable.h"

namespace qs {

nlohmann::json toJson(const ErrorData& data) {
    nlohmann::json object;
    for (const auto& [name, value] : data) {
        object[name] = std::visit(
            [](const auto& member) -> nlohmann::json {
                if constexpr (std::is_same_v<std::decay_t<decltype(member)>, std::string>) {
                    return printable(member);
                } else {
                    return member;
                }
            },
            value);
    }
    return object;
}

ErrorData readErrorData(const nlohmann::json& data) {
    ErrorData read;
    if (!data.is_object()) {
        return read;
    }
    for (const auto& [name, value] : data.items()) {
        if (value.is_boolean()) {
            read[name] = value.get<bool>();
        } else if (value.is_number_integer()) {
            read[name] = value.get<int64_t>();
        } else if (value.is_string()) {
            read[name] = value.get<std::string>();
        } else if (value.is_array() &&
                   std::ranges::all_of(value, [](const auto& item) { return item.is_number_integer(); })) {
            read[name] = value.get<std::vector<int64_t>>();
        }
    }
    return read;
}

}  // namespace qs
