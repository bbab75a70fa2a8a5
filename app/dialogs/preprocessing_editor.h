#pragma once

#include <QWidget>
#include <optional>

#include "protocol/messages.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace qs::app {

class SizeEdit;

/// Edits how images become tensors. Fields left at "default" are absent in the result; the preset fills in
/// what well-known families of models expect.
class PreprocessingEditor : public QWidget {
    Q_OBJECT
  public:
    explicit PreprocessingEditor(QWidget* parent = nullptr);

    void setValue(const protocol::Preprocessing& value);
    protocol::Preprocessing value() const;
    /// Shows what the defaults stand for; absent where that is not known yet.
    void setInForce(const std::optional<protocol::Preprocessing>& settings);
    /// Ready tensors are taken as they are: nothing can be set, and the result is empty.
    void setForTensors(bool tensors);
    /// What is wrong with the fields, or empty.
    QString obstacle() const;

  signals:
    void changed();

  private:
    QComboBox* makeChoice(const char* name, const std::vector<std::pair<QString, QString>>& entries);
    QLineEdit* makeList(const char* name);
    void applyPreset();
    void edited();

    QWidget* fields_;
    QLabel* tensorsNote_;
    QComboBox* preset_;
    SizeEdit* resize_;
    SizeEdit* crop_;
    QComboBox* interpolation_;
    QComboBox* channels_;
    QComboBox* order_;
    QLineEdit* scale_;
    QLineEdit* mean_;
    QLineEdit* std_;
    QComboBox* layout_;
    bool applying_ = false;
};

}  // namespace qs::app
