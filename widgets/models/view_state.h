#pragma once

#include <QHash>
#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "protocol/messages.h"
#include "widgets/models/layer_row.h"
#include "widgets/models/variant_profile.h"

class QWidget;

namespace qs {

/// A variant as lists and charts show it.
struct VariantRow {
    QString id;
    QString name;
    bool trained = false;                                   ///< came out of QAT
    int floatLayers = 0;                                    ///< quantizable layers that stayed in FP32
    std::shared_ptr<const protocol::VariantResult> result;  ///< never null
    std::vector<std::string> missing = {};  ///< parts that are not measured: "accuracy", "latency"
    bool measuring = false;                 ///< what is missing will come

    bool operator==(const VariantRow&) const = default;
};

/// Makes rows of variants of one model, which tells which layers could have been quantized.
class VariantRows {
  public:
    explicit VariantRows(const protocol::ModelInfo& model);
    VariantRow operator()(const QString& id, const QString& name,
                          std::shared_ptr<const protocol::VariantResult> result) const;

  private:
    std::unordered_set<std::string> quantizable_;
};

/// A job that runs or waits.
struct JobRow {
    using Clock = std::chrono::steady_clock;

    qint64 id = 0;
    QString title;
    bool running = false;
    bool cancelling = false;
    Clock::time_point startedAt = {};  ///< where it runs
    QString message = {};
    int64_t done = 0;
    int64_t total = 0;       ///< 0: unknown
    double etaSeconds = -1;  ///< below 0: unknown

    bool operator==(const JobRow&) const = default;
};

/// A file that was verified against the model, and what that found out.
struct ShownProof {
    QString file;
    protocol::VerifyResult result;
};

/// The rules in force, and what the engine makes of them.
struct ShownRules {
    std::vector<protocol::Rule> rules;
    std::shared_ptr<const protocol::QConfigPreview> preview;  ///< null: the engine has not answered
    QString problem;   ///< why there is no answer, as a sentence; empty where it may still come
    QString obstacle;  ///< why they cannot be edited now; empty: they can
};

/// What all views of the workbench show, and what is selected in them. Views read it, follow its signals, set
/// the selection and ask for what only the application can do; the application fills it from its session.
/// Nothing here needs an engine.
class ViewState : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;

    /// Null: none is open.
    const std::shared_ptr<const protocol::ModelInfo>& model() const { return model_; }
    void setModel(std::shared_ptr<const protocol::ModelInfo> model);
    /// What is measured on.
    const std::optional<protocol::DataInfo>& data() const { return data_; }
    /// What calibrates, where that is another.
    const std::optional<protocol::DataInfo>& calibrationData() const { return calibrationData_; }
    void setData(std::optional<protocol::DataInfo> data, std::optional<protocol::DataInfo> calibration);

    const std::vector<LayerRow>& layers() const { return layers_; }
    /// Says so where something is different.
    void setLayers(std::vector<LayerRow> layers);
    /// Null if there is no such layer.
    const LayerRow* findLayer(const QString& name) const;

    const QStringList& selectedLayers() const { return selectedLayers_; }
    bool isSelected(const QString& layer) const { return selected_.contains(layer); }
    /// Names that no layer has are dropped.
    void setSelectedLayers(const QStringList& layers);

    const std::vector<VariantRow>& variants() const { return variants_; }
    const QString& currentVariant() const { return currentVariant_; }
    /// Says so where something is different.
    void setVariants(std::vector<VariantRow> variants, const QString& current);
    const VariantRow* findVariant(const QString& id) const;
    const ShownRules& rules() const { return rules_; }
    void setRules(ShownRules rules);
    /// Whether the current variant was measured with other rules than those set now.
    bool isOutdated() const { return outdated_; }
    void setOutdated(bool outdated);

    /// The running one first, then those that wait, in their order.
    const std::vector<JobRow>& jobs() const { return jobs_; }
    void setJobs(std::vector<JobRow> jobs);

    const std::vector<protocol::CurvePoint>& curve() const { return curve_; }
    void setCurve(std::vector<protocol::CurvePoint> curve);

    /// Of the current variant.
    const VariantProfile& profile() const { return profile_; }
    void setProfile(VariantProfile profile);

    /// What was exported last.
    const std::optional<protocol::ExportResult>& exported() const { return exported_; }
    void setExported(std::optional<protocol::ExportResult> exported);
    const std::optional<ShownProof>& proof() const { return proof_; }
    void setProof(std::optional<ShownProof> proof);

  signals:
    void modelChanged();
    void dataChanged();
    void layersChanged();
    void selectedLayersChanged(const QStringList& layers);
    /// The variants, or which of them is current.
    void variantsChanged();
    void jobsChanged();
    void curveChanged();
    void rulesChanged();
    void outdatedChanged();
    void profileChanged();
    void exportedChanged();
    void proofChanged();
    /// proof() is of a file that was verified just now.
    void verified();
    void trainingStarted();

    /// A panel asks to be brought to the front, because what it shows was asked for.
    void panelRequested(QWidget* panel);
    /// A view asks for this variant; the application decides and answers with setVariants().
    void variantPicked(const QString& id);
    /// Asks for an editor of a new rule.
    void newRuleRequested();
    void ruleEditorRequested(int rule);
    /// Asks to put these rules in force; `what` names the step for undo.
    void rulesEditRequested(const QString& what, const std::vector<qs::protocol::Rule>& rules);
    /// Asks for a rule to be shown in its list.
    void ruleRequested(int rule);
    /// Asks to set the rules as they were when this variant was measured.
    void variantRulesRequested(const QString& id);
    void variantRemovalRequested(const QString& id);
    /// Asks to measure what the variant lacks.
    void variantCompletionRequested(const QString& id);
    void jobCancelRequested(qint64 id);
    /// Somebody wants to see all jobs.
    void jobsRequested();
    /// A view asks for a layer to be brought into sight.
    void layerRequested(const QString& layer);
    /// Asks to list what could not be read: "FILE: reason" each.
    void skippedRequested(const std::vector<std::string>& skipped);

  private:
    std::shared_ptr<const protocol::ModelInfo> model_;
    std::optional<protocol::DataInfo> data_;
    std::optional<protocol::DataInfo> calibrationData_;
    std::vector<LayerRow> layers_;
    QHash<QString, size_t> places_;  ///< of layers, by name
    QStringList selectedLayers_;
    QSet<QString> selected_;  ///< the same
    std::vector<VariantRow> variants_;
    QString currentVariant_;
    ShownRules rules_;
    bool outdated_ = false;
    std::vector<JobRow> jobs_;
    std::vector<protocol::CurvePoint> curve_;
    VariantProfile profile_;
    std::optional<protocol::ExportResult> exported_;
    std::optional<ShownProof> proof_;
};

}  // namespace qs
