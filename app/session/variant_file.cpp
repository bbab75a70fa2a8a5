#include "app/session/variant_file.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QSet>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/session/json_file.h"
#include "protocol/json.h"

namespace qs::app {

using nlohmann::json;

namespace {

struct VariantFileText {
    Q_DECLARE_TR_FUNCTIONS(VariantFile)
};

constexpr const char* kVariantFormat = "quantoscope variant";
constexpr int kVariantVersion = 1;
const QString kVariantSuffix = QStringLiteral(".qsvariant");
const QString kWeightsSuffix = QStringLiteral(".qsw");
constexpr qsizetype kLongestId = 64;

QString makeFolder(const QString& folder) {
    return QDir().mkpath(folder) ? QString()
                                 : VariantFileText::tr("The folder %1 cannot be made.").arg(folder);
}

QString copyWeights(const QString& source, const QString& target) {
    const QFileInfo from(source);
    const QFileInfo to(target);
    // An earlier save of the same variant has left the same weights, unless it was interrupted.
    if (from == to || (to.exists() && to.size() == from.size())) {
        return {};
    }
    if (QString problem = makeFolder(to.path()); !problem.isEmpty()) {
        return problem;
    }
    QFile::remove(target);
    QFile file(source);
    return file.copy(target) ? QString()
                             : VariantFileText::tr("The trained weights cannot be copied to %1: %2.")
                                   .arg(target, file.errorString());
}

}  // namespace

QString filesFolder(const QString& projectPath) {
    const QFileInfo info(projectPath);
    return info.absoluteDir().filePath(info.completeBaseName() + QStringLiteral(".files"));
}

bool isFileName(const QString& id) {
    const auto fits = [](QChar c) {
        return c.unicode() < 128 && (c.isLetterOrNumber() || c == u'-' || c == u'_');
    };
    return !id.isEmpty() && id.size() <= kLongestId && std::all_of(id.begin(), id.end(), fits);
}

QString variantFile(const QString& folder, const QString& id) {
    return QDir(folder).filePath(id + kVariantSuffix);
}

QString weightsFile(const QString& folder, const QString& id) {
    return QDir(folder).filePath(id + kWeightsSuffix);
}

QString writeVariant(const QString& path, const Variant& variant) {
    if (QFileInfo::exists(path)) {
        return {};
    }
    if (QString problem = makeFolder(QFileInfo(path).path()); !problem.isEmpty()) {
        return problem;
    }
    json result = variant.result;
    result["recipe"].erase("trained_weights");
    return writeJson(path, {{"format", kVariantFormat},
                            {"version", kVariantVersion},
                            {"id", variant.id.toStdString()},
                            {"result", std::move(result)}});
}

QString readVariant(const QString& path, const QString& id, protocol::VariantResult& result) {
    const auto damaged = [&](const QString& detail) {
        return VariantFileText::tr("%1 is damaged: %2.").arg(path, detail);
    };
    if (!QFileInfo(path).isFile()) {
        return VariantFileText::tr("%1 is not there.").arg(path);
    }
    json content;
    if (const JsonProblem problem = readJson(path, content)) {
        return problem.isOfContent ? damaged(problem.text) : problem.text;
    }
    return readMembers(
        [&]() -> QString {
            if (!content.is_object() || content.value("format", std::string()) != kVariantFormat ||
                content.at("id").get<std::string>() != id.toStdString()) {
                return damaged(VariantFileText::tr("it does not say that it is this variant"));
            }
            if (content.at("version").get<int>() > kVariantVersion) {
                return VariantFileText::tr("%1 was written by a newer Quantoscope.").arg(path);
            }
            result = content.at("result").get<protocol::VariantResult>();
            return {};
        },
        damaged);
}

QString gatherWeights(Document& document, const QString& folder, QStringList& missing) {
    for (VariantPtr& variant : document.variants) {
        if (!variant->isTrained()) {
            continue;
        }
        const QString source = QString::fromStdString(variant->result.recipe.trained_weights);
        if (!QFileInfo::exists(source)) {
            missing.append(variant->name);
            continue;
        }
        const QString target = weightsFile(folder, variant->id);
        if (QString problem = copyWeights(source, target); !problem.isEmpty()) {
            return problem;
        }
        if (source != target) {
            variant = withWeights(*variant, target);
        }
    }
    return {};
}

void removeStrayFiles(const Document& document, const QString& folder) {
    QSet<QString> kept;
    for (const VariantPtr& variant : document.variants) {
        kept.insert(variant->id);
    }
    for (const QString& id : document.unreadable) {
        kept.insert(id);
    }
    const QStringList ours{u'*' + kVariantSuffix, u'*' + kWeightsSuffix};
    for (const QFileInfo& file : QDir(folder).entryInfoList(ours, QDir::Files)) {
        if (!kept.contains(file.completeBaseName())) {
            QFile::remove(file.filePath());
        }
    }
}

}  // namespace qs::app
