#include "app/session/project_file.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <nlohmann/json.hpp>

#include "protocol/json.h"
#include "protocol/parse_json.h"

namespace qs::app {

using nlohmann::json;

namespace {

struct ProjectText {
    Q_DECLARE_TR_FUNCTIONS(Project)
};

constexpr const char* kFormat = "quantoscope project";

/// Paths as they stand in a file in `folder`.
class PathMap {
  public:
    explicit PathMap(const QString& folder) : folder_(folder) {}

    std::string outward(const std::string& path) const {
        const QString text = QString::fromStdString(path);
        const QString relative = folder_.relativeFilePath(text);
        const bool inside = QDir::isAbsolutePath(text) && !relative.startsWith(QStringLiteral("../"));
        return inside ? relative.toStdString() : path;
    }

    std::string inward(const std::string& path) const {
        return path.empty()
                   ? path
                   : QDir::cleanPath(folder_.absoluteFilePath(QString::fromStdString(path))).toStdString();
    }

  private:
    QDir folder_;
};

template <typename T>
json optionalJson(const std::optional<T>& value) {
    return value ? json(*value) : json(nullptr);
}

/// The member, or null where there is none.
const json& member(const json& object, const char* name) {
    static const json null;
    const auto found = object.find(name);
    return found == object.end() ? null : *found;
}

QDateTime readTime(const json& object, const char* name) {
    return QDateTime::fromString(QString::fromStdString(object.value(name, std::string())),
                                 Qt::ISODateWithMs);
}

std::string writeTime(const QDateTime& time) {
    return time.toUTC().toString(Qt::ISODateWithMs).toStdString();
}

json write(const Settings& s) {
    return {{"calib_samples", s.calibSamples},
            {"eval_samples", s.evalSamples},
            {"batch", s.batch},
            {"threads", s.threads},
            {"latency_runs", s.latencyRuns},
            {"latency_warmup", s.latencyWarmup},
            {"qat", s.qat},
            {"metric", s.metric},
            {"seed", s.seed},
            {"backend", s.backend}};
}

Settings readSettings(const json& source) {
    // A recipe has the same members under the same names, and checks them.
    const auto recipe = source.is_null() ? protocol::Recipe() : source.get<protocol::Recipe>();
    return {recipe.calib_samples,
            recipe.eval_samples,
            recipe.batch,
            recipe.threads,
            recipe.latency_runs,
            recipe.latency_warmup,
            recipe.qat.value_or(protocol::QatSettings()),
            recipe.metric,
            recipe.seed,
            recipe.backend};
}

json write(const std::optional<OpenedData>& data) {
    return data ? json{{"spec", data->spec}, {"info", data->info}} : json(nullptr);
}

std::optional<OpenedData> readData(const json& source) {
    if (source.is_null()) {
        return std::nullopt;
    }
    return OpenedData{source.at("spec").get<protocol::DataSpec>(),
                      source.at("info").get<protocol::DataInfo>()};
}

protocol::ModelInfo readModel(const json& source) {
    auto model = source.get<protocol::ModelInfo>();
    // Written when models had one input.
    if (const json& shape = member(source, "input_shape"); model.inputs.empty() && shape.is_array()) {
        model.inputs = {{"", "Float", shape.get<std::vector<int64_t>>()}};
    }
    return model;
}

json write(const Variant& variant, const PathMap& paths) {
    protocol::VariantResult result = variant.result;
    result.recipe.trained_weights = paths.outward(result.recipe.trained_weights);
    return {{"id", variant.id.toStdString()},
            {"name", variant.name.toStdString()},
            {"created_at", writeTime(variant.createdAt)},
            {"result", result}};
}

Variant readVariant(const json& source, const PathMap& paths) {
    Variant variant;
    variant.id = QString::fromStdString(source.at("id").get<std::string>());
    variant.name = QString::fromStdString(source.at("name").get<std::string>());
    variant.createdAt = readTime(source, "created_at");
    variant.result = source.at("result").get<protocol::VariantResult>();
    std::string& weights = variant.result.recipe.trained_weights;
    weights = paths.inward(weights);
    return variant;
}

json write(const std::optional<Proof>& proof, const PathMap& paths) {
    return proof ? json{{"file", paths.outward(proof->file.toStdString())}, {"result", proof->result}}
                 : json(nullptr);
}

std::optional<Proof> readProof(const json& source, const PathMap& paths) {
    if (source.is_null()) {
        return std::nullopt;
    }
    return Proof{QString::fromStdString(paths.inward(source.at("file").get<std::string>())),
                 source.at("result").get<protocol::VerifyResult>()};
}

json write(const Document& document, const PathMap& paths) {
    std::optional<protocol::ModelInfo> model = document.model;
    if (model) {
        model->path = paths.outward(model->path);
    }
    json variants = json::array();
    for (const Variant& variant : document.variants) {
        variants.push_back(write(variant, paths));
    }
    return {{"model", optionalJson(model)},
            {"inputs", document.inputs},
            {"evaluation", write(document.evaluation)},
            {"training", write(document.training)},
            {"calibration", write(document.calibration)},
            {"rules", document.rules.toProtocol()},
            {"settings", write(document.settings)},
            {"variants", variants},
            {"current_variant", document.currentVariant.toStdString()},
            {"selected_layer", document.selectedLayer.toStdString()},
            {"proof", write(document.proof, paths)}};
}

Document readDocument(const json& source, const PathMap& paths) {
    Document document;
    if (const json& model = member(source, "model"); !model.is_null()) {
        document.model = readModel(model);
        document.model->path = paths.inward(document.model->path);
    }
    document.inputs = source.value("inputs", std::vector<protocol::TensorInfo>());
    document.evaluation = readData(member(source, "evaluation"));
    document.training = readData(member(source, "training"));
    document.calibration = readData(member(source, "calibration"));
    document.rules = Rules::fromProtocol(source.value("rules", std::vector<protocol::Rule>()));
    document.settings = readSettings(member(source, "settings"));
    for (const json& variant : source.value("variants", json::array())) {
        document.variants.push_back(readVariant(variant, paths));
    }
    document.currentVariant = QString::fromStdString(source.value("current_variant", std::string()));
    document.selectedLayer = QString::fromStdString(source.value("selected_layer", std::string()));
    document.proof = readProof(member(source, "proof"), paths);
    return document;
}

QString damaged(const QString& path, const QString& detail) {
    return ProjectText::tr("%1 is not a Quantoscope project, or it is damaged: %2.").arg(path, detail);
}

QString weightsName(const Variant& variant) {
    return variant.id + QStringLiteral(".qsw");
}

QString copyWeights(const QString& source, const QString& target) {
    const QFileInfo from(source);
    const QFileInfo to(target);
    // An earlier save of the same variant has left the same weights, unless it was interrupted.
    if (from == to || (to.exists() && to.size() == from.size())) {
        return {};
    }
    if (!QDir().mkpath(to.path())) {
        return ProjectText::tr("The folder %1 cannot be made.").arg(to.path());
    }
    QFile::remove(target);
    QFile file(source);
    return file.copy(target) ? QString()
                             : ProjectText::tr("The trained weights cannot be copied to %1: %2.")
                                   .arg(target, file.errorString());
}

QString checkHead(const QString& path, const json& content) {
    if (!content.is_object() || content.value("format", std::string()) != kFormat) {
        return damaged(path, ProjectText::tr("it does not say that it is a project"));
    }
    const int version = content.at("version").get<int>();
    if (version > kProjectVersion) {
        return ProjectText::tr(
                   "%1 was written by a newer Quantoscope (project format %2; this one reads up to %3): "
                   "install a newer version to open it.")
            .arg(path)
            .arg(version)
            .arg(kProjectVersion);
    }
    return {};
}

}  // namespace

QString writeProject(const QString& path, const ProjectFile& project) {
    json content = write(project.document, PathMap(QFileInfo(path).absolutePath()));
    content["format"] = kFormat;
    content["version"] = kProjectVersion;
    content["saved_at"] = writeTime(project.savedAt);
    content["project_path"] = project.projectPath.toStdString();
    const std::string text = content.dump(1, ' ', false, json::error_handler_t::replace) + "\n";

    QSaveFile file(path);
    const bool written =
        file.open(QIODevice::WriteOnly) &&
        file.write(text.data(), static_cast<qint64>(text.size())) == static_cast<qint64>(text.size()) &&
        file.commit();
    return written ? QString() : ProjectText::tr("%1 cannot be written: %2.").arg(path, file.errorString());
}

QString readProject(const QString& path, ProjectFile& project) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return ProjectText::tr("%1 cannot be read: %2.").arg(path, file.errorString());
    }
    const QByteArray bytes = file.readAll();
    const auto [content, problem] =
        protocol::parseJson({bytes.constData(), static_cast<size_t>(bytes.size())});
    if (!problem.empty()) {
        return damaged(path, QString::fromStdString("it " + problem));
    }
    try {
        if (QString wrong = checkHead(path, content); !wrong.isEmpty()) {
            return wrong;
        }
        ProjectFile read;
        read.document = readDocument(content, PathMap(QFileInfo(path).absolutePath()));
        read.projectPath = QString::fromStdString(content.value("project_path", std::string()));
        read.savedAt = readTime(content, "saved_at");
        project = std::move(read);
    } catch (const json::exception&) {
        return damaged(path, QStringLiteral("a value in it is missing or of another type than it should be"));
    } catch (const protocol::JsonError& error) {
        return damaged(path, QString::fromUtf8(error.what()));
    }
    return {};
}

QString weightsFolder(const QString& projectPath) {
    const QFileInfo info(projectPath);
    return info.absoluteDir().filePath(info.completeBaseName() + QStringLiteral(".files"));
}

QString gatherWeights(Document& document, const QString& folder, QStringList& missing) {
    for (Variant& variant : document.variants) {
        std::string& weights = variant.result.recipe.trained_weights;
        if (weights.empty()) {
            continue;
        }
        const QString source = QString::fromStdString(weights);
        if (!QFileInfo::exists(source)) {
            missing.append(variant.name);
            continue;
        }
        const QString target = QDir(folder).filePath(weightsName(variant));
        if (QString problem = copyWeights(source, target); !problem.isEmpty()) {
            return problem;
        }
        weights = target.toStdString();
    }
    return {};
}

void removeStrayWeights(const Document& document, const QString& folder) {
    QStringList stray = QDir(folder).entryList({QStringLiteral("*.qsw")}, QDir::Files);
    for (const Variant& variant : document.variants) {
        stray.removeAll(weightsName(variant));
    }
    for (const QString& name : stray) {
        QFile::remove(QDir(folder).filePath(name));
    }
}

}  // namespace qs::app
