#include "widgets/qconfig/rule_target.h"

#include <QComboBox>
#include <QCompleter>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "widgets/models/rules.h"

namespace qs {

RuleTarget::RuleTarget(const QStringList& ops, const QStringList& layers, QWidget* parent)
    : QWidget(parent),
      ops_(ops),
      layers_(layers),
      kind_(new QComboBox(this)),
      key_(new QComboBox(this)),
      help_(new QLabel(this)) {
    kind_->setObjectName(QStringLiteral("ruleKind"));
    kind_->setAccessibleName(tr("Kind of rule"));
    for (const QString& match : ruleKinds()) {
        kind_->addItem(ruleKindTitle(match), match);
    }
    key_->setObjectName(QStringLiteral("ruleKey"));
    key_->setAccessibleName(tr("Whom the rule concerns"));
    key_->setEditable(true);
    key_->setInsertPolicy(QComboBox::NoInsert);
    key_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    key_->setMinimumContentsLength(24);
    key_->completer()->setFilterMode(Qt::MatchContains);
    key_->completer()->setCompletionMode(QCompleter::PopupCompletion);
    help_->setObjectName(QStringLiteral("ruleHelp"));
    help_->setWordWrap(true);
    auto* fields = new QHBoxLayout;
    fields->addWidget(kind_);
    fields->addWidget(key_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(fields);
    layout->addWidget(help_);
    setFocusProxy(kind_);
    connect(kind_, &QComboBox::currentIndexChanged, this, [this] {
        showKind();
        emit edited();
    });
    connect(key_, &QComboBox::editTextChanged, this, &RuleTarget::edited);
    showKind();
}

protocol::Rule RuleTarget::value() const {
    const std::string match = kind_->currentData().toString().toStdString();
    return {match, match == "global" ? std::string() : key_->currentText().trimmed().toStdString(), {}};
}

void RuleTarget::setValue(const protocol::Rule& rule) {
    const QSignalBlocker blocker(this);
    kind_->setCurrentIndex(kind_->findData(QString::fromStdString(rule.match)));
    showKind();
    key_->setEditText(QString::fromStdString(rule.key));
}

bool RuleTarget::isComplete() const {
    return kind_->currentData() == QLatin1String("global") || !key_->currentText().trimmed().isEmpty();
}

/// Offers what the kind takes; what was typed stays.
void RuleTarget::showKind() {
    const QSignalBlocker blocker(key_);
    const QString match = kind_->currentData().toString();
    const QString typed = key_->currentText();
    key_->clear();
    key_->addItems(match == QLatin1String("op")      ? ops_
                   : match == QLatin1String("layer") ? layers_
                                                     : QStringList());
    key_->setEditText(typed);
    key_->setVisible(match != QLatin1String("global"));
    help_->setText(match == QLatin1String("pattern")
                       ? tr("A name with * for any text and ? for one character: layer4.*")
                   : match == QLatin1String("regex") ? tr("An expression that the whole name fits: "
                                                          "layer[12]\\..*")
                   : match == QLatin1String("op")    ? tr("All layers with this op")
                   : match == QLatin1String("layer") ? tr("One layer, by its name")
                                                     : tr("All layers that no other rule concerns"));
}

}  // namespace qs
