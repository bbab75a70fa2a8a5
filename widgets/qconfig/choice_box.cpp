#include "widgets/qconfig/choice_box.h"

#include <QSignalBlocker>
#include <QStandardItemModel>
#include <algorithm>

namespace qs {

ChoiceBox::ChoiceBox(const QString& name, QWidget* parent) : QComboBox(parent) {
    setObjectName(name);
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    addItem(tr("as preset"));
}

void ChoiceBox::addChoice(const QConfigChoice& choice) {
    const QString text = QString::fromStdString(choice.value);
    addItem(text, text);
    const int row = count() - 1;
    const bool possible = choice.refusal.isEmpty();
    setItemData(row, possible ? choice.tip : choice.refusal, Qt::ToolTipRole);
    if (auto* items = qobject_cast<QStandardItemModel*>(model())) {
        items->item(row)->setEnabled(possible);
    }
}

void ChoiceBox::setChoices(const std::vector<QConfigChoice>& choices) {
    const QSignalBlocker blocker(this);
    const std::optional<std::string> chosen = value();
    while (count() > 1) {
        removeItem(count() - 1);
    }
    for (const QConfigChoice& choice : choices) {
        addChoice(choice);
    }
    setValue(chosen);
}

void ChoiceBox::setInherited(const std::optional<std::string>& value) {
    setItemText(0, value ? tr("as preset (%1)").arg(QString::fromStdString(*value)) : tr("as preset"));
}

std::optional<std::string> ChoiceBox::value() const {
    return currentIndex() <= 0 ? std::nullopt : std::optional(currentData().toString().toStdString());
}

void ChoiceBox::setValue(const std::optional<std::string>& value) {
    if (value && indexOf(*value) < 0) {
        addChoice({*value});
    }
    setCurrentIndex(value ? indexOf(*value) : 0);
}

int ChoiceBox::indexOf(const std::string& value) const {
    return findData(QString::fromStdString(value));
}

int ChoiceBox::possible() const {
    int possible = 0;
    for (int row = 1; row < count(); ++row) {
        possible += model()->index(row, 0).flags().testFlag(Qt::ItemIsEnabled) ? 1 : 0;
    }
    return possible;
}

}  // namespace qs
