#pragma once

#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <QUndoStack>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/client/engine_api.h"
#include "app/session/document.h"
#include "app/session/file_queue.h"
#include "app/session/recovery.h"
#include "app/session/rule_preview.h"

namespace qs::app {

/// The job under way, or none.
struct JobState {
    bool running = false;
    QString title;  ///< "Calibrate and measure"
    QString message;
    int64_t done = 0;
    int64_t total = 0;       ///< 0: unknown
    double etaSeconds = -1;  ///< below 0: unknown
    bool cancellable = false;
    bool cancelling = false;
};

/// What is exported, and how.
struct ExportChoice {
    QString path;
    QString target = {};  ///< a name of EngineInfo::targets; empty: by the extension
    int opset = 0;        ///< of ONNX; 0: the target's default
    bool preprocessingInside = false;
    bool replace = false;  ///< whether what has the name already may be replaced
    bool fp32 = false;     ///< the network as it was opened instead of the current variant
};

enum class Severity { Info, Warning, Error };
enum class JobOutcome { Finished, Failed, Cancelled };
enum class DataRole { Evaluation, Training, Calibration };

/// The open document, its history, and the one job that may be running on it. Files are read and written on a
/// thread of their own.
///
/// Rules change only through commands on undoStack(). Undo and redo also make the variant current that was
/// measured with the rules they bring back, if there is one; variants themselves are never undone. Actions
/// that need the engine, and opening a project, return at once: false, after a message(), where they cannot
/// begin (a job is running, no model, no data); else jobFinished() follows.
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
    const JobState& job() const { return job_; }
    /// Loss and accuracy of the training under way, else of the last one.
    const std::vector<protocol::CurvePoint>& liveCurve() const { return liveCurve_; }
    /// Another model than the one that is open starts the document afresh; data, settings and the preset
    /// stay. `inputs` as in Document; where shapes are missing, inputShapesNeeded() follows.
    bool openModel(const QString& path, const std::vector<protocol::TensorInfo>& inputs = {});
    bool openData(const protocol::DataSpec& spec, DataRole role = DataRole::Evaluation);
    /// Calibrates and measures the model with the rules as they are; the result becomes the current variant.
    bool calibrate();
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
    void cancelJob();

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
    void jobFinished(qs::app::JobOutcome outcome, const QString& title);
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
    bool beginJob(const QString& title);
    void endJob(JobOutcome outcome);
    /// Ends the job without waiting for the engine; what it still answers is ignored.
    void abandonJob();
    /// Handlers that keep job() up to date and do nothing once the job was abandoned or the session is gone.
    /// `explain`, if any, is told of a failure and returns whether that spares the message.
    template <typename T>
    Handlers<T> jobHandlers(std::function<void(const T&)> onResult, const Explain& explain = {});
    void onJobError(const EngineError& error, const Explain& explain);
    bool canMeasure();
    protocol::Recipe recipe() const;
    std::optional<protocol::DataSpec> calibrationSpec() const;
    bool measure(const QString& title, const protocol::Recipe& recipe);
    void addVariant(const protocol::VariantResult& result);
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
    JobState job_;
    int jobSerial_ = 0;
    bool jobLostEngine_ = false;
    RequestHandle request_;
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
