#include "app/session/input_hint.h"

#include <QRegularExpression>
#include <QStringList>
#include <algorithm>

namespace qs::app {

std::optional<protocol::TensorInfo> inputHint(const nlohmann::json& errorData) {
    if (!errorData.is_object() || !errorData.contains("input") || !errorData.contains("shape")) {
        return std::nullopt;
    }
    try {
        return protocol::TensorInfo{
            errorData["input"].get<std::string>(), {}, errorData["shape"].get<std::vector<int64_t>>()};
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

std::vector<protocol::TensorInfo> withHint(std::vector<protocol::TensorInfo> inputs,
                                           const protocol::TensorInfo& hint) {
    const auto known = std::find_if(inputs.begin(), inputs.end(),
                                    [&](const auto& input) { return input.name == hint.name; });
    if (known == inputs.end()) {
        inputs.push_back(hint);
    } else {
        *known = hint;
    }
    return inputs;
}

std::optional<std::vector<int64_t>> parseShape(const QString& text) {
    static const QRegularExpression separator(QStringLiteral("\\s*[x×,]\\s*|\\s+"));
    std::vector<int64_t> shape;
    for (const QString& part : text.trimmed().split(separator)) {
        bool isNumber = false;
        const bool isFree = part == QLatin1Char('?');
        const int64_t extent = isFree ? -1 : part.toLongLong(&isNumber);
        if ((!isFree && !isNumber) || extent == 0 || extent < -1) {
            return std::nullopt;
        }
        shape.push_back(extent);
    }
    return shape;
}

}  // namespace qs::app
