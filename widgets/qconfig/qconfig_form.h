#pragma once

#include <QWidget>
#include <vector>

#include "protocol/messages.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace qs {

class ChoiceBox;
class TensorForm;

/// A qconfig: a preset, what differs from it, and the same as a line of text, which can also be typed.
class QConfigForm : public QWidget {
    Q_OBJECT
  public:
    explicit QConfigForm(const protocol::EngineInfo& engine, QWidget* parent = nullptr);

    const protocol::QConfig& value() const { return value_; }
    void setValue(const protocol::QConfig& value);
    /// Of the text; empty: it is a qconfig.
    QString problem() const;

  signals:
    /// value() or problem() is another, by the person's doing.
    void edited();

  private:
    void build(const protocol::EngineInfo& engine);
    void takeFields();
    void takeText(const QString& text);
    void showFields();
    void showText();
    /// What the chosen preset and mode leave to the fields.
    void refresh();
    const protocol::PresetInfo* preset() const;

    std::vector<protocol::PresetInfo> presets_;
    std::vector<protocol::ModeInfo> modes_;
    protocol::QConfig value_;
    QComboBox* presetBox_;
    QLabel* description_;
    ChoiceBox* mode_;
    TensorForm* activation_;
    TensorForm* weight_;
    QLineEdit* text_;
    QLabel* problem_;
    bool setting_ = false;
};

}  // namespace qs
