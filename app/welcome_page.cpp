#include "app/welcome_page.h"

#include <QAction>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>

namespace qs::app {
namespace {

QString withoutMnemonic(QString text) {
    return text.remove(QLatin1Char('&'));
}

}  // namespace

WelcomePage::WelcomePage(const std::vector<QAction*>& actions, QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("welcomePage"));
    auto* grid = new QGridLayout(this);
    auto* title = new QLabel(QStringLiteral("Quantoscope"), this);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 2);
    large.setBold(true);
    title->setFont(large);
    auto* text =
        new QLabel(tr("Quantize a trained network, see layer by layer what it costs and what it gains, "
                      "and export what you saw."),
                   this);
    text->setWordWrap(true);
    text->setMinimumWidth(420);
    grid->addWidget(title, 1, 1);
    grid->addWidget(text, 2, 1);
    grid->setRowMinimumHeight(3, 16);
    int row = 4;
    for (QAction* action : actions) {
        auto* button = new QPushButton(withoutMnemonic(action->text()), this);
        button->setObjectName(QStringLiteral("welcome_") + action->objectName());
        button->setMinimumHeight(fontMetrics().height() * 2);
        button->setEnabled(action->isEnabled());
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        connect(action, &QAction::changed, button,
                [button, action] { button->setEnabled(action->isEnabled()); });
        auto* explanation = new QLabel(action->property("plainTip").toString(), this);
        explanation->setForegroundRole(QPalette::PlaceholderText);
        grid->addWidget(button, row++, 1);
        grid->addWidget(explanation, row++, 1);
        grid->setRowMinimumHeight(row++, 6);
    }
    grid->setRowStretch(0, 1);
    grid->setRowStretch(row, 2);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(2, 1);
}

}  // namespace qs::app
