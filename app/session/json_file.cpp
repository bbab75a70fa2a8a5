#include "app/session/json_file.h"

#include <QCoreApplication>
#include <QFile>
#include <QSaveFile>

#include "protocol/parse_json.h"

namespace qs::app {

using nlohmann::json;

namespace {

struct JsonFileText {
    Q_DECLARE_TR_FUNCTIONS(JsonFile)
};

}  // namespace

QString writeJson(const QString& path, const json& content) {
    const std::string text = content.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    QSaveFile file(path);
    const bool written =
        file.open(QIODevice::WriteOnly) &&
        file.write(text.data(), static_cast<qint64>(text.size())) == static_cast<qint64>(text.size()) &&
        file.commit();
    return written ? QString() : JsonFileText::tr("%1 cannot be written: %2.").arg(path, file.errorString());
}

JsonProblem readJson(const QString& path, json& content) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return {JsonFileText::tr("%1 cannot be read: %2.").arg(path, file.errorString()), false};
    }
    const QByteArray bytes = file.readAll();
    auto [value, problem] = protocol::parseJson({bytes.constData(), static_cast<size_t>(bytes.size())});
    if (!problem.empty()) {
        return {QString::fromStdString("it " + problem), true};
    }
    content = std::move(value);
    return {};
}

}  // namespace qs::app
