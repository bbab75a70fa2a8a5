#pragma once

#include <QDialog>
#include <QTimer>
#include <optional>
#include <vector>

#include "protocol/messages.h"

class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QRadioButton;
class QSpinBox;
class QTabWidget;

namespace qs::app {

class PreprocessingEditor;
class SourceEditor;

/// What the data dialog edits.
struct DataChoice {
    protocol::DataSpec spec;
    int64_t calibSamples = 256;
    int64_t evalSamples = 0;  ///< 0: all
    uint64_t seed = 1;        ///< of the choice of samples
    /// Absent: calibration shares `spec`, on other samples.
    std::optional<protocol::DataSpec> calibration;
};

/// Chooses a data source, its preprocessing and, for the data that is measured on, what calibrates. Fields
/// left at "default" are absent in the result. Whenever the fields make sense, checkRequested() asks what the
/// engine finds there; the answer is shown.
class DataDialog : public QDialog {
    Q_OBJECT
  public:
    /// `formats` as the engine lists them; `withCalibration`: also what calibrates, and the numbers of
    /// samples.
    DataDialog(const std::vector<protocol::EntryInfo>& formats, bool withCalibration,
               QWidget* parent = nullptr);

    /// Inputs of the model, whose names tensors in files are proposed to have.
    void setModelInputs(const std::vector<protocol::TensorInfo>& inputs);
    void setChoice(const DataChoice& choice);
    DataChoice choice() const;
    /// What is wrong with the fields, or empty.
    QString obstacle() const;

    void showFound(const protocol::DataInfo& info);
    void showNotFound(const QString& reason);

  signals:
    void checkRequested(const qs::protocol::DataSpec& spec);

  private:
    QWidget* makeSourceTab(const std::vector<protocol::EntryInfo>& formats);
    QWidget* makeCalibrationTab(const std::vector<protocol::EntryInfo>& formats);
    QLineEdit* addLabels(QWidget* page);
    QSpinBox* makeSpin(const char* name, int least);
    protocol::DataSpec spec() const;
    std::optional<protocol::DataSpec> calibration() const;
    void setCalibration(const std::optional<protocol::DataSpec>& spec);
    QString overlap() const;
    void sourceChanged();
    void validate();
    void check();

    QTabWidget* tabs_;
    SourceEditor* source_;
    QLineEdit* labels_;
    QLabel* found_;
    PreprocessingEditor* preprocessing_;
    QRadioButton* sameData_ = nullptr;
    QRadioButton* trainingSplit_ = nullptr;
    QRadioButton* otherData_ = nullptr;
    SourceEditor* otherSource_ = nullptr;
    QSpinBox* calibSamples_ = nullptr;
    QSpinBox* evalSamples_ = nullptr;
    QSpinBox* seed_ = nullptr;
    QLabel* problem_;
    QDialogButtonBox* buttons_;
    QTimer checkTimer_;
    std::string trainingSource_;  ///< of the data as found, or empty
};

}  // namespace qs::app
