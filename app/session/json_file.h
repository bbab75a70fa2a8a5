#pragma once

#include <QString>
#include <nlohmann/json.hpp>

#include "protocol/json.h"

namespace qs::app {

/// Writes `content` beside `path` and renames it there, so that what has the name is always complete. Returns
/// what went wrong, as a sentence that names the file, or an empty text.
QString writeJson(const QString& path, const nlohmann::json& content);

/// What went wrong with a file that was to be read.
struct JsonProblem {
    QString text;              ///< of the content: what it is; else a sentence that names the file
    bool isOfContent = false;  ///< it was read, and is not JSON

    explicit operator bool() const { return !text.isEmpty(); }
};
JsonProblem readJson(const QString& path, nlohmann::json& content);

/// What `read` returns; where it comes upon a member that is missing or of another type, `damaged(what is
/// wrong)`.
template <typename Read, typename Damaged>
QString readMembers(const Read& read, const Damaged& damaged) {
    try {
        return read();
    } catch (const nlohmann::json::exception&) {
        return damaged(QStringLiteral("a value in it is missing or of another type than it should be"));
    } catch (const protocol::JsonError& error) {
        return damaged(QString::fromUtf8(error.what()));
    }
}

}  // namespace qs::app
