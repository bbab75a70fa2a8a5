#pragma once

#include <QDialog>

#include "protocol/messages.h"

class QComboBox;
class QDialogButtonBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;
class QStackedWidget;

namespace qs::app {

/// What the data dialog edits.
struct DataChoice {
    protocol::DataSpec spec;
    int64_t calibSamples = 256;
    int64_t evalSamples = 0;  ///< 0: all
};

/// Chooses a data source and its preprocessing. Fields left at "default" are absent in the result.
class DataDialog : public QDialog {
    Q_OBJECT
  public:
    /// `formats` as the engine lists them; `withCounts`: also the numbers of samples for calibration and
    /// evaluation.
    DataDialog(const QStringList& formats, bool withCounts, QWidget* parent = nullptr);

    void setChoice(const DataChoice& choice);
    DataChoice choice() const;
    /// What is wrong with the fields, or empty.
    QString obstacle() const;

  private:
    QWidget* makeSourcePages(const QStringList& formats);
    QWidget* makeFolderPage();
    QWidget* makeArrayPage();
    QWidget* makePathRow(QLineEdit* edit, const QString& name, bool folder);
    void addPreprocessing(QFormLayout& form);
    void addCounts(QFormLayout& form);
    QString source() const;
    void setSource(const QString& source);
    void validate();

    QComboBox* format_;
    QStackedWidget* pages_;
    QComboBox* split_;
    QLineEdit* folder_;
    QLineEdit* inputs_;
    QLineEdit* labels_;
    QLineEdit* other_;
    QSpinBox* resize_;
    QSpinBox* crop_;
    QLineEdit* mean_;
    QLineEdit* std_;
    QComboBox* channels_;
    QSpinBox* calibSamples_ = nullptr;
    QSpinBox* evalSamples_ = nullptr;
    QLabel* problem_;
    QDialogButtonBox* buttons_;
};

}  // namespace qs::app
