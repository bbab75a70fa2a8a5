#include "widgets/qconfig/qconfig_form.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/common/engine_text.h"
#include "widgets/common/problem_color.h"
#include "widgets/qconfig/choice_box.h"
#include "widgets/qconfig/tensor_form.h"

namespace qs {

QConfigForm::QConfigForm(const protocol::EngineInfo& engine, QWidget* parent)
    : QWidget(parent),
      presets_(engine.presets),
      modes_(engine.modes),
      presetBox_(new QComboBox(this)),
      description_(new QLabel(this)),
      mode_(new ChoiceBox(QStringLiteral("qconfigMode"), this)),
      activation_(new TensorForm(TensorForm::Tensor::Activation, engine, this)),
      weight_(new TensorForm(TensorForm::Tensor::Weight, engine, this)),
      text_(new QLineEdit(this)),
      problem_(new QLabel(this)) {
    build(engine);
    setFocusProxy(presetBox_);
    connect(presetBox_, &QComboBox::currentIndexChanged, this, &QConfigForm::takeFields);
    connect(mode_, &QComboBox::currentIndexChanged, this, &QConfigForm::takeFields);
    connect(activation_, &TensorForm::edited, this, &QConfigForm::takeFields);
    connect(weight_, &TensorForm::edited, this, &QConfigForm::takeFields);
    connect(text_, &QLineEdit::textEdited, this, &QConfigForm::takeText);
    value_.preset = presets_.empty() ? std::string() : presets_.front().name;
    setValue(value_);
}

void QConfigForm::build(const protocol::EngineInfo& engine) {
    presetBox_->setObjectName(QStringLiteral("qconfigPreset"));
    for (const protocol::PresetInfo& preset : engine.presets) {
        presetBox_->addItem(QString::fromStdString(preset.name));
        presetBox_->setItemData(presetBox_->count() - 1, engineText(preset.description), Qt::ToolTipRole);
    }
    std::vector<QConfigChoice> modes;
    for (const protocol::ModeInfo& mode : engine.modes) {
        modes.push_back({mode.name, engineText(mode.description)});
    }
    mode_->setChoices(modes);
    description_->setObjectName(QStringLiteral("qconfigDescription"));
    description_->setWordWrap(true);
    description_->setMinimumHeight(2 * fontMetrics().lineSpacing());
    description_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    text_->setObjectName(QStringLiteral("qconfigText"));
    text_->setToolTip(tr("The same in one line, as recipes and the command line have it; it can be typed"));
    problem_->setObjectName(QStringLiteral("qconfigTextProblem"));
    problem_->setWordWrap(true);
    problem_->setTextFormat(Qt::PlainText);
    QPalette red = problem_->palette();
    red.setColor(QPalette::WindowText, problemColor(red));
    problem_->setPalette(red);
    problem_->hide();

    auto* top = new QFormLayout;
    top->addRow(tr("Preset:"), presetBox_);
    top->addRow(QString(), description_);
    top->addRow(tr("Mode:"), mode_);
    auto* tensors = new QHBoxLayout;
    tensors->addWidget(activation_, 1);
    tensors->addWidget(weight_, 1);
    auto* bottom = new QFormLayout;
    bottom->addRow(tr("As text:"), text_);
    bottom->addRow(problem_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(top);
    layout->addLayout(tensors, 1);
    layout->addLayout(bottom);
}

const protocol::PresetInfo* QConfigForm::preset() const {
    const auto found = std::find_if(presets_.begin(), presets_.end(),
                                    [&](const auto& preset) { return preset.name == value_.preset; });
    return found == presets_.end() ? nullptr : &*found;
}

QString QConfigForm::problem() const {
    return problem_->isHidden() ? QString() : problem_->text();
}

void QConfigForm::setValue(const protocol::QConfig& value) {
    value_ = value;
    showFields();
    showText();
}

void QConfigForm::takeFields() {
    if (setting_) {
        return;
    }
    value_.preset = presetBox_->currentText().toStdString();
    value_.mode = mode_->value();
    value_.activation = activation_->value();
    value_.weight = weight_->value();
    refresh();
    showText();
    emit edited();
}

void QConfigForm::takeText(const QString& text) {
    const protocol::ParsedQConfig parsed = protocol::parseQConfig(text.trimmed().toStdString());
    problem_->setText(QString::fromStdString(parsed.problem));
    problem_->setVisible(!parsed.problem.empty());
    if (parsed.problem.empty()) {
        value_ = parsed.qconfig;
        showFields();
    }
    emit edited();
}

void QConfigForm::showFields() {
    const QScopedValueRollback setting(setting_, true);
    const QString name = QString::fromStdString(value_.preset);
    if (presetBox_->findText(name) < 0) {
        presetBox_->addItem(name);
    }
    presetBox_->setCurrentText(name);
    mode_->setValue(value_.mode);
    activation_->setValue(value_.activation);
    weight_->setValue(value_.weight);
    refresh();
}

void QConfigForm::showText() {
    text_->setText(QString::fromStdString(protocol::textOf(value_)));
    text_->setCursorPosition(0);
    problem_->hide();
}

void QConfigForm::refresh() {
    const QScopedValueRollback setting(setting_, true);
    const protocol::PresetInfo* chosen = preset();
    const protocol::QConfig all = chosen ? chosen->qconfig : protocol::QConfig();
    description_->setText(chosen ? engineText(chosen->description) : QString());
    mode_->setInherited(all.mode);
    const std::string name = value_.mode.value_or(all.mode.value_or(std::string()));
    const auto mode = std::find_if(modes_.begin(), modes_.end(),
                                   [&](const auto& candidate) { return candidate.name == name; });
    const auto obstacle = [&](bool quantizes, const protocol::TensorQConfig& ofPreset,
                              const protocol::TensorQConfig& given) {
        if (given != protocol::TensorQConfig() || mode == modes_.end()) {
            return QString();  // what is there must be possible to take away
        }
        if (!quantizes) {
            return tr("Not quantized in the mode %1.").arg(QString::fromStdString(name));
        }
        return ofPreset == protocol::TensorQConfig()
                   ? tr("The preset %1 does not quantize it.").arg(QString::fromStdString(value_.preset))
                   : QString();
    };
    activation_->setPreset(all.activation);
    weight_->setPreset(all.weight);
    activation_->setObstacle(
        obstacle(mode != modes_.end() && mode->quantizes_activations, all.activation, value_.activation));
    weight_->setObstacle(
        obstacle(mode != modes_.end() && mode->quantizes_weights, all.weight, value_.weight));
}

}  // namespace qs
