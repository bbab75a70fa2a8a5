#pragma once

#include <QDialog>
#include <vector>

#include "protocol/messages.h"

class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace qs::app {

/// Asks for the shapes of a model's inputs.
class InputDialog : public QDialog {
    Q_OBJECT
  public:
    /// `reason` says why they are asked for; may be empty. `inputs` as declared: -1 is an extent that is
    /// free, an empty shape one that is not known.
    InputDialog(const QString& reason, const std::vector<protocol::TensorInfo>& inputs,
                QWidget* parent = nullptr);

    /// Offers to take shapes from the data: samples without N, by name or in order.
    void setData(const std::vector<protocol::TensorInfo>& samples);
    /// `inputs` with the shapes that were entered; empty if the file is to decide.
    std::vector<protocol::TensorInfo> inputs() const;
    /// What is wrong with the fields, or empty.
    QString obstacle() const;

  private:
    void validate();

    std::vector<protocol::TensorInfo> declared_;
    std::vector<QLineEdit*> edits_;
    QLabel* problem_;
    QDialogButtonBox* buttons_;
    bool fileDecides_ = false;
};

}  // namespace qs::app
