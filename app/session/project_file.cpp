#include "app/session/project_file.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QSet>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/session/json_file.h"
#include "app/session/variant_file.h"
#include "protocol/json.h"

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
            {"backend", s.backend},
            {"algorithms", s.algorithms}};
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
            recipe.backend,
            recipe.algorithms};
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

/// How the project names a variant, which lies in `file`.
json reference(const Variant& variant, const QString& file, const PathMap& paths) {
    return {{"id", variant.id.toStdString()},
            {"name", variant.name.toStdString()},
            {"created_at", writeTime(variant.createdAt)},
            {"file", paths.outward(file.toStdString())},
            {"trained_weights", paths.outward(variant.result.recipe.trained_weights)},
            {"missing", variant.missing}};
}

/// The result of the variant `id`: from its file, or, as version 1 wrote it, from the project itself. Returns
/// what went wrong with the file, or an empty text.
QString readResult(const json& source, const QString& id, const PathMap& paths,
                   protocol::VariantResult& result) {
    std::string weights;
    if (const auto inside = source.find("result"); inside != source.end()) {
        result = inside->get<protocol::VariantResult>();
        weights = result.recipe.trained_weights;
    } else {
        const QString file = QString::fromStdString(paths.inward(source.at("file").get<std::string>()));
        if (QString problem = readVariant(file, id, result); !problem.isEmpty()) {
            return problem;
        }
        weights = source.value("trained_weights", std::string());
    }
    result.recipe.trained_weights = paths.inward(weights);
    return {};
}

/// Returns what is wrong with the project, or an empty text.
QString readVariants(const json& content, const PathMap& paths, ProjectFile& project,
                     const ReadProgress& progress) {
    const json& variants = member(content, "variants");
    if (!variants.is_array() && !variants.is_null()) {
        return QStringLiteral("variants: expected an array, found a ") + QLatin1String(variants.type_name());
    }
    QSet<QString> ids;
    for (size_t i = 0; i < variants.size(); ++i) {
        if (progress && !progress(i, variants.size())) {
            return ProjectText::tr("reading it was cancelled");
        }
        const json& source = variants[i];
        const QString id = QString::fromStdString(source.at("id").get<std::string>());
        const QString name = QString::fromStdString(source.at("name").get<std::string>());
        if (!isFileName(id) || ids.contains(id)) {
            return ProjectText::tr("variant number %1 has no id of its own that can name files").arg(i + 1);
        }
        ids.insert(id);
        protocol::VariantResult result;
        if (const QString problem = readResult(source, id, paths, result); !problem.isEmpty()) {
            project.document.unreadable.append(id);
            project.problems.append(
                ProjectText::tr("The variant \"%1\" cannot be shown: %2").arg(name, problem));
            continue;
        }
        project.document.variants.push_back(makeVariant(id, name, readTime(source, "created_at"),
                                                        std::move(result),
                                                        source.value("missing", std::vector<std::string>())));
    }
    if (Document& document = project.document; document.unreadable.contains(document.currentVariant)) {
        document.currentVariant = document.variants.empty() ? QString() : document.variants.back()->id;
    }
    return {};
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

json write(const std::shared_ptr<const protocol::ModelInfo>& model, const PathMap& paths) {
    if (!model) {
        return nullptr;
    }
    json written = *model;
    written["path"] = paths.outward(model->path);
    return written;
}

/// All but the variants.
json write(const Document& document, const PathMap& paths) {
    return {{"model", write(document.model, paths)},
            {"inputs", document.inputs},
            {"evaluation", write(document.evaluation)},
            {"training", write(document.training)},
            {"calibration", write(document.calibration)},
            {"rules", document.rules.all()},
            {"settings", write(document.settings)},
            {"current_variant", document.currentVariant.toStdString()},
            {"selected_layer", document.selectedLayer.toStdString()},
            {"proof", write(document.proof, paths)}};
}

/// All but the variants.
Document readDocument(const json& source, const PathMap& paths) {
    Document document;
    if (const json& model = member(source, "model"); !model.is_null()) {
        protocol::ModelInfo read = readModel(model);
        read.path = paths.inward(read.path);
        document.model = std::make_shared<const protocol::ModelInfo>(std::move(read));
    }
    document.inputs = source.value("inputs", std::vector<protocol::TensorInfo>());
    document.evaluation = readData(member(source, "evaluation"));
    document.training = readData(member(source, "training"));
    document.calibration = readData(member(source, "calibration"));
    document.rules = Rules(source.value("rules", Rules().all()));
    document.settings = readSettings(member(source, "settings"));
    document.currentVariant = QString::fromStdString(source.value("current_variant", std::string()));
    document.selectedLayer = QString::fromStdString(source.value("selected_layer", std::string()));
    document.proof = readProof(member(source, "proof"), paths);
    return document;
}

template <typename Damaged>
QString checkHead(const QString& path, const json& content, const Damaged& damaged) {
    if (!content.is_object() || content.value("format", std::string()) != kFormat) {
        return damaged(ProjectText::tr("it does not say that it is a project"));
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

/// Where the variant's file is, or is to be: in one of the folders where it is already, else in the first.
QString placeOf(const Variant& variant, const QStringList& folders) {
    const auto holds = [&](const QString& folder) {
        return QFileInfo::exists(variantFile(folder, variant.id));
    };
    const auto found = std::find_if(folders.begin(), folders.end(), holds);
    return variantFile(found == folders.end() ? folders.front() : *found, variant.id);
}

}  // namespace

QString writeProject(const QString& path, const ProjectFile& project, const QString& alsoIn) {
    QStringList folders{filesFolder(path)};
    if (!alsoIn.isEmpty()) {
        folders.append(alsoIn);
    }
    const PathMap paths(QFileInfo(path).absolutePath());
    json variants = json::array();
    for (const VariantPtr& variant : project.document.variants) {
        const QString file = placeOf(*variant, folders);
        if (QString problem = writeVariant(file, *variant); !problem.isEmpty()) {
            return problem;
        }
        variants.push_back(reference(*variant, file, paths));
    }
    json content = write(project.document, paths);
    content["variants"] = std::move(variants);
    content["format"] = kFormat;
    content["version"] = kProjectVersion;
    content["saved_at"] = writeTime(project.savedAt);
    content["project_path"] = project.projectPath.toStdString();
    return writeJson(path, content);
}

QString readProject(const QString& path, ProjectFile& project, const ReadProgress& progress) {
    const auto damaged = [&](const QString& detail) {
        return ProjectText::tr("%1 is not a Quantoscope project, or it is damaged: %2.").arg(path, detail);
    };
    json content;
    if (const JsonProblem problem = readJson(path, content)) {
        return problem.isOfContent ? damaged(problem.text) : problem.text;
    }
    return readMembers(
        [&]() -> QString {
            if (QString wrong = checkHead(path, content, damaged); !wrong.isEmpty()) {
                return wrong;
            }
            ProjectFile read;
            const PathMap paths(QFileInfo(path).absolutePath());
            read.document = readDocument(content, paths);
            if (QString wrong = readVariants(content, paths, read, progress); !wrong.isEmpty()) {
                return damaged(wrong);
            }
            read.projectPath = QString::fromStdString(content.value("project_path", std::string()));
            read.savedAt = readTime(content, "saved_at");
            project = std::move(read);
            return {};
        },
        damaged);
}

QString saveProject(const QString& path, ProjectFile& project, QStringList& missing) {
    const QString folder = filesFolder(path);
    QString problem = gatherWeights(project.document, folder, missing);
    if (problem.isEmpty()) {
        problem = writeProject(path, project);
    }
    return problem;
}

}  // namespace qs::app
