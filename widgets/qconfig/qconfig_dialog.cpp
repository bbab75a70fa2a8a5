#include "widgets/qconfig/qconfig_dialog.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <chrono>

#include "widgets/common/problem_color.h"
#include "widgets/qconfig/qconfig_form.h"
#include "widgets/qconfig/rule_target.h"

namespace qs {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(250);

}  // namespace

QConfigDialog::QConfigDialog(const protocol::EngineInfo& engine, QWidget* parent)
    : QDialog(parent),
      form_(new QConfigForm(engine, this)),
      preview_(new QLabel(this)),
      winnerRow_(new QWidget(this)),
      winner_(new QLabel(this)),
      goToRule_(new QPushButton(tr("Go to rule"), this)),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Cancel, this)),
      apply_(buttons_->addButton(tr("Apply"), QDialogButtonBox::AcceptRole)),
      inherit_(buttons_->addButton(tr("Inherit"), QDialogButtonBox::ResetRole)) {
    setObjectName(QStringLiteral("qconfigDialog"));
}

QConfigDialog::QConfigDialog(const protocol::EngineInfo& engine, const QStringList& layers, bool mayInherit,
                             QWidget* parent)
    : QConfigDialog(engine, parent) {
    setWindowTitle(layers.size() == 1
                       ? tr("QConfig of %1").arg(layers.first())
                       : tr("QConfig of %n layer(s)", nullptr, static_cast<int>(layers.size())));
    inherit_->setEnabled(mayInherit);
    inherit_->setToolTip(mayInherit ? tr("Take the rule for exactly this layer away: others rule it then")
                                    : tr("There is no rule for exactly this layer."));
    build();
    form_->setFocus();
}

QConfigDialog::QConfigDialog(const protocol::EngineInfo& engine, const std::optional<protocol::Rule>& rule,
                             const QStringList& ops, const QStringList& layers, QWidget* parent)
    : QConfigDialog(engine, parent) {
    target_ = new RuleTarget(ops, layers, this);
    setWindowTitle(rule ? tr("Rule") : tr("New rule"));
    if (rule) {
        target_->setValue(*rule);
        form_->setValue(rule->qconfig);
    } else {
        target_->setValue({"pattern", "", {}});
    }
    inherit_->hide();
    winnerRow_->hide();
    connect(target_, &RuleTarget::edited, this, &QConfigDialog::onEdited);
    build();
    target_->setFocus();
}

void QConfigDialog::build() {
    preview_->setObjectName(QStringLiteral("qconfigPreview"));
    preview_->setWordWrap(true);
    preview_->setTextFormat(Qt::PlainText);
    preview_->setMinimumHeight(2 * fontMetrics().lineSpacing());
    preview_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    preview_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    winner_->setObjectName(QStringLiteral("qconfigWinner"));
    winner_->setTextFormat(Qt::PlainText);
    winner_->setWordWrap(true);
    goToRule_->setObjectName(QStringLiteral("goToRule"));
    goToRule_->setToolTip(tr("Close this and select the rule in the list of rules"));
    goToRule_->setAutoDefault(false);
    apply_->setObjectName(QStringLiteral("qconfigApply"));
    inherit_->setObjectName(QStringLiteral("qconfigInherit"));
    inherit_->setAutoDefault(false);
    apply_->setDefault(true);

    auto* winner = new QHBoxLayout(winnerRow_);
    winner->setContentsMargins(0, 0, 0, 0);
    winner->addWidget(winner_, 1);
    winner->addWidget(goToRule_);
    auto* layout = new QVBoxLayout(this);
    if (target_) {
        layout->addWidget(target_);
    }
    layout->addWidget(form_, 1);
    layout->addWidget(preview_);
    layout->addWidget(winnerRow_);
    layout->addWidget(buttons_);
    resize(640, sizeHint().height());

    patience_.setSingleShot(true);
    patience_.setInterval(kPatience);
    connect(&patience_, &QTimer::timeout, this, [this] { preview_->setText(QStringLiteral("\u2026")); });
    connect(form_, &QConfigForm::edited, this, &QConfigDialog::onEdited);
    connect(goToRule_, &QPushButton::clicked, this, [this] {
        emit goToRuleRequested();
        reject();
    });
    connect(inherit_, &QPushButton::clicked, this, [this] {
        emit inheritRequested();
        reject();
    });
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    updateApply();
}

const protocol::QConfig& QConfigDialog::qconfig() const {
    return form_->value();
}

void QConfigDialog::setQConfig(const protocol::QConfig& qconfig) {
    form_->setValue(qconfig);
}

protocol::Rule QConfigDialog::rule() const {
    protocol::Rule rule = target_->value();
    rule.qconfig = form_->value();
    return rule;
}

void QConfigDialog::setWinner(const QString& text, bool hasRule) {
    winner_->setText(text);
    goToRule_->setEnabled(hasRule);
}

void QConfigDialog::onEdited() {
    refused_ = false;
    updateApply();
    if (apply_->isEnabled()) {
        // What is shown is of the qconfig before.
        preview_->setEnabled(false);
        patience_.start();
        emit previewWanted();
    } else {
        showAnswer({}, false);
    }
}

void QConfigDialog::updateApply() {
    const bool complete = !target_ || target_->isComplete();
    apply_->setEnabled(!refused_ && complete && form_->problem().isEmpty());
}

void QConfigDialog::showAnswer(const QString& text, bool isProblem) {
    patience_.stop();
    preview_->setEnabled(true);
    preview_->setText(text);
    QPalette colors = palette();
    if (isProblem) {
        colors.setColor(QPalette::WindowText, problemColor(colors));
    }
    preview_->setPalette(colors);
    refused_ = isProblem;
    updateApply();
}

void QConfigDialog::showPreview(const QString& text) {
    showAnswer(text, false);
}

void QConfigDialog::showProblem(const QString& text) {
    showAnswer(text, true);
}

void QConfigDialog::showUnknown(const QString& text) {
    showAnswer(text, false);
}

}  // namespace qs
