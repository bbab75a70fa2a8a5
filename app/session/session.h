#pragma once

#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <QUndoStack>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "app/client/engine_api.h"
#include "app/session/document.h"
#include "app/session/file_queue.h"
#include "app/session/job_queue.h"
#include "app/session/recovery.h"
#include "app/session/rule_preview.h"

namespace qs::app {

/// What is exported, and how.
struct ExportChoice {
    QString path;
    QString target = {};  ///< a name of EngineInfo::targets; empty: by the extension
    int opset = 0;        ///< of ONNX; 0: the target's default
    bool preprocessingInside = false;
    bool replace = false;  ///< whether what has the name already may be replaced
    bool fp32 = false;     ///< the network as it was opened instead of the current variant
    bool verify = false;   ///< verify() what was written
};

enum class Severity { Info, Warning, Error };
enum class DataRole { Evaluation, Training, Calibration };

/// The open document, its history, and the jobs on it. Files are read and written on a thread of their own.
///
/// Rules change only through commands on undoStack(). Undo and redo also make the variant current that was
/// measured with the rules they bring back, if there is one; variants themselves are never undone. Actions
/// that need the engine, and opening a project, return at once: false, after a message(), where they cannot
/// be asked for (no model, no data, another job); else they are the last of jobs(), and jobFinished()
/// follows.
///
/// Measuring, training, exporting and verifying queue up: each goes by the rules, data and settings at the
/// time when it was asked for. What brings another document or other data needs an empty queue, and nothing
/// queues behind it; so every result belongs to the document that is open.
class Session : public QObject {
    Q_OBJECT
  public:
    /// `client` must outlive the session. Recovery files go below `recoveryRoot`; empty: the application's
    /// data folder.
    explicit Session(EngineClient& client, const QString& recoveryRoot = {}, QObject* parent = nullptr);
    ~Session() override;

    // ---- the document
    /// Null where none is open.
    const std::shared_ptr<const protocol::ModelInfo>& model() const { return document_.model; }
    const std::vector<protocol::TensorInfo>& inputs() const { return document_.inputs; }
    const std::optional<OpenedData>& data(DataRole role) const;
    /// What to train on: the training data, else the training split of the evaluation data, else that itself.
    /// Evaluation data must be open.
    protocol::DataSpec trainingSpec() const;
    const Rules& rules() const { return document_.rules; }
    /// What the engine makes of rules().
    const RulePreview& preview() const { return preview_; }
    /// How an engine opens the model, which must be open.
    protocol::OpenModelParams openParams() const;
    const Settings& settings() const { return document_.settings; }
    const std::vector<VariantPtr>& variants() const { return document_.variants; }
    /// Null where nothing has been measured.
    VariantPtr currentVariant() const;
    VariantPtr findVariant(const QString& id) const;
    /// Whether the current variant was measured with other rules than those set now.
    bool isOutdated() const;
    QString selectedLayer() const { return document_.selectedLayer; }
    QUndoStack& undoStack() { return undoStack_; }

    // ---- edits: undoable
    /// Of the rule for the whole model.
    void setGlobalPreset(const QString& preset);
    /// Gives layers rules of their own. `qconfig` as protocol::parseQConfig() reads it; empty takes such
    /// rules away.
    void setLayerOverride(const QStringList& layers, const QString& qconfig);
    void clearOverrides();
    /// `text` names the step for undo.
    void setRuleList(const QString& text, const std::vector<protocol::Rule>& rules);
    /// Takes over the rules with which a variant was measured.
    void adoptRules(const QString& variantId);

    // ---- not undoable
    void setSettings(const Settings& settings);
    /// Calibration and evaluation share the evaluation data again.
    void clearCalibrationData();
    /// Shows another variant; the rules stay as they are.
    void setCurrentVariant(const QString& id);
    void setSelectedLayer(const QString& layer);
    void removeVariant(const QString& id);

    // ---- actions on the engine
    /// The running one; none where nothing runs.
    const JobState& job() const { return jobs_.running(); }
    /// The running one first, then those that wait, in their order.
    const std::vector<JobState>& jobs() const { return jobs_.jobs(); }
    /// Whether measuring, training, exporting and verifying can be asked for: not while a file is being
    /// opened.
    bool takesJobs() const { return jobs_.takes(JobKind::Queued); }
    /// Whether the job that runs trains.
    bool isTraining() const { return job().running && job().id == trainingJob_; }
    /// Loss and accuracy of the training under way, else of the last one.
    const std::vector<protocol::CurvePoint>& liveCurve() const { return liveCurve_; }
    /// Another model than the one that is open starts the document afresh; data, settings and the preset
    /// stay. `inputs` as in Document; where shapes are missing, inputShapesNeeded() follows.
    bool openModel(const QString& path, const std::vector<protocol::TensorInfo>& inputs = {});
    bool openData(const protocol::DataSpec& spec, DataRole role = DataRole::Evaluation);
    /// Calibrates and measures the model with the rules as they are; the result becomes the current variant
    /// as soon as the layers' errors are known. Where measuring ends before accuracy and latency are, the
    /// variant stays with what is known.
    bool calibrate();
    /// Measures what such a variant lacks.
    bool completeVariant(const QString& id);
    /// Whether a job that runs will tell more of this variant.
    bool isBeingMeasured(const QString& variantId) const;
    /// Sets `layers` to FP32 (undoable) and measures, on the trained weights where the current variant has
    /// some.
    bool restoreLayers(const QStringList& layers);
    /// restoreLayers() on the `count` integer layers of the current variant with the lowest SQNR.
    bool restoreWorst(int count);
    bool train();
    /// exported() follows where it went well.
    bool exportTo(const ExportChoice& choice);
    /// Opens an exported file anew in the runtime that it is for and compares it with the engine, which runs
    /// the open model by the recipe that the file carries; on noise where there is no data. proofChanged()
    /// follows.
    bool verify(const QString& file);
    /// Of the last file that was verified against the open model.
    const std::optional<Proof>& proof() const { return document_.proof; }
    /// Stops the job that runs.
    void cancelJob() { jobs_.cancel(job().id); }
    void cancelJob(int64_t id) { jobs_.cancel(id); }

    // ---- the project file
    QString projectPath() const { return projectPath_; }
    bool isModified() const { return modified_; }
    /// Writes the document as it is now; saved() follows, or saveFailed(). What changes meanwhile stays
    /// unsaved. `path` gets the ending .qsproj if it has none.
    void save(const QString& path);
    bool isSaving() const { return saves_ > 0; }
    /// A job, after which loaded() follows where it went well; else everything is as it was.
    bool load(const QString& path);
    /// Takes over what a session that did not end well left behind, as unsaved changes. A job, too.
    bool loadRecovery(const RecoveryInfo& recovery);
    /// Whether the job under way brings another document: edits would be lost.
    bool isLoading() const { return loading_ != nullptr; }
    /// What such sessions left, newest first.
    std::vector<RecoveryInfo> recoveries() const;
    void discardRecovery(const RecoveryInfo& recovery);
    /// An empty document.
    void clear();

  signals:
    void modelChanged();
    /// The model cannot be opened without the shapes of its inputs. `inputs` is an example of the one that
    /// the engine asks for, and what was given for the others.
    void inputShapesNeeded(const QString& path, const std::vector<qs::protocol::TensorInfo>& inputs);
    void dataChanged(qs::app::DataRole role);
    void rulesChanged();
    void previewChanged();
    void settingsChanged();
    void variantsChanged();
    void currentVariantChanged();
    void selectedLayerChanged(const QString& layer);
    void jobChanged();
    /// A point was added to liveCurve(), or it was emptied at the start of a training.
    void liveCurveChanged();
    void jobFinished(qs::app::JobOutcome outcome, const QString& title, qint64 id);
    void exported(const qs::protocol::ExportResult& result);
    void proofChanged();
    /// proof() is of a file that was verified just now.
    void verified();
    void savingChanged(bool saving);
    void saved(const QString& path);
    /// `problem` is a whole sentence.
    void saveFailed(const QString& path, const QString& problem);
    void loaded(const QString& path);
    void modifiedChanged(bool modified);
    void projectPathChanged(const QString& path);
    /// Something for a person to read. Text is a whole sentence.
    void message(qs::app::Severity severity, const QString& text);

  private:
    friend class RulesCommand;
    using Explain = std::function<bool(const EngineError& error)>;

    // edits
    void setRules(const Rules& rules);
    void askPreview();
    QSet<QString> floatLayers() const;
    /// Makes the variant current that was measured with the rules in force: `preferred` if it was, else the
    /// latest.
    void showVariantOfRules(const QString& preferred);
    void pushRules(const QString& text, const Rules& rules);
    QStringList knownLayers(const QStringList& layers) const;

    // jobs
    /// The id of the job; 0, after a message, where the queue does not take it.
    int64_t beginJob(const QString& title, JobKind kind, std::function<void(int64_t job)> onStart = {});
    /// Cancelling the job that was begun last cancels its request.
    void setRequest(RequestHandle request);
    /// Handlers that keep the job up to date and do nothing once it was abandoned or the session is gone.
    /// `explain`, if any, is told of a failure and returns whether that spares the message.
    template <typename T>
    Handlers<T> jobHandlers(int64_t job, std::function<void(const T&)> onResult, const Explain& explain = {});
    void onJobError(int64_t job, const EngineError& error, const Explain& explain);
    void onJobEnded(JobOutcome outcome, const QString& title, int64_t job);
    bool canMeasure();
    protocol::Recipe recipe() const;
    /// The open model and data with this recipe.
    protocol::VariantSpec variantSpec(const protocol::Recipe& recipe) const;
    std::optional<protocol::DataSpec> calibrationSpec() const;

    // variants that are being measured
    /// What a job measures, until all of it is known.
    struct Measuring {
        QString variant;         ///< id; empty until the errors are known
        bool completes = false;  ///< the variant was there before: it stays as it is until all is known
        bool unwanted = false;   ///< the variant was removed meanwhile
        /// Where a training writes its weights when all is done: without them there is no variant.
        QString weights = {};
    };
    bool measure(const QString& title, const protocol::Recipe& recipe, const QString& completes = {});
    Handlers<protocol::VariantResult> variantHandlers(int64_t job, Measuring measuring);
    void takePart(int64_t job, const std::string& part, const protocol::VariantResult& soFar);
    void takeResult(int64_t job, const protocol::VariantResult& result);
    /// Its id; it is the current one then.
    QString addVariant(const protocol::VariantResult& result, std::vector<std::string> missing);
    void replaceVariant(const QString& id, const VariantPtr& by);
    /// What files hold: variants that are being measured come once they are done.
    Document settledDocument() const;
    void onModelOpened(const protocol::ModelInfo& model, const std::vector<protocol::TensorInfo>& inputs);
    void onDataOpened(const OpenedData& opened, DataRole role);
    void onEngineDied(const QString& reason);
    void refuse(const QString& text);

    void setProof(std::optional<Proof> proof);

    // files
    void setModified(bool modified);
    void setProjectPath(const QString& path);
    /// Marks the document as modified and has it autosaved soon.
    void edited();
    /// edited(), unless the document holds nothing yet but what can be opened again at once.
    void openedFile();
    void autosave();
    void onAutosaved(const QString& problem);
    void onSaved(const QString& path, int document, int revision, const ProjectFile& project,
                 const QStringList& missing);
    /// A job that reads on the other thread; `read` returns what went wrong, or an empty text, and `take` is
    /// called with what it has read.
    bool beginLoading(const QString& title,
                      std::function<QString(ProjectFile& project, const ReadProgress& progress)> read,
                      std::function<void(ProjectFile& project)> take);
    void takeOverWeights(const Document& saved);
    void removeRecoveryFile();
    void letGo(Document former);
    void replaceDocument(Document document, const QString& projectPath, bool modified);

    EngineClient& client_;
    EngineApi api_;
    RulePreview preview_;
    RecoveryStore recovery_;
    Document document_;
    QUndoStack undoStack_;
    JobQueue jobs_;
    std::set<int64_t> interrupted_;           ///< jobs whose engine has died
    std::map<int64_t, Measuring> measuring_;  ///< by job
    int64_t trainingJob_ = 0;                 ///< the last that ran
    std::vector<protocol::CurvePoint> liveCurve_;
    QString projectPath_;
    bool modified_ = false;
    QTimer autosaveTimer_;
    bool autosaving_ = false;                     ///< one is under way
    bool autosaveAgain_ = false;                  ///< and has been overtaken
    int saves_ = 0;                               ///< under way
    int revision_ = 0;                            ///< counts edits
    int documentSerial_ = 0;                      ///< counts documents
    std::shared_ptr<std::atomic<bool>> loading_;  ///< set to stop it; null: nothing is being read
    FileQueue files_;                             ///< last: waits for its work before the rest goes
};

}  // namespace qs::app
