#pragma once

#include <QDialog>
#include <vector>

#include "app/session/session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace qs::app {

/// From where an export begins.
struct ExportStart {
    QString what;          ///< "the variant onednn", for the title
    QString target;        ///< chosen at first; empty: the first that writes a file
    QString path;          ///< without the ending, which follows from the target
    bool hasData = false;  ///< without data, nobody knows a preprocessing
    bool fp32 = false;
};

/// Asks for what an export is written, how, and whether to verify it afterwards; asks before it replaces what
/// has the name already.
class ExportDialog : public QDialog {
    Q_OBJECT
  public:
    ExportDialog(std::vector<protocol::TargetInfo> targets, const ExportStart& start,
                 QWidget* parent = nullptr);

    ExportChoice choice() const;

    void accept() override;

  private:
    void showTarget();
    void check();
    void browse();
    const protocol::TargetInfo& target() const;
    /// The first one that an ending stands for, or 0.
    int firstFileTarget() const;
    QString obstacle() const;

    std::vector<protocol::TargetInfo> targets_;
    bool fp32_;
    bool hasData_;
    bool replace_ = false;
    QString extension_;  ///< that `path_` has from the target before
    QComboBox* target_;
    QLabel* description_;
    QLineEdit* path_;
    QSpinBox* opset_;
    QCheckBox* preprocessing_;
    QCheckBox* verify_;
    QLabel* obstacle_;
    QPushButton* ok_;
};

}  // namespace qs::app
