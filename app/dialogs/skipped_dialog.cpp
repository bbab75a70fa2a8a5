#include "app/dialogs/skipped_dialog.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace qs::app {

SkippedDialog::SkippedDialog(const std::vector<std::string>& skipped, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("skippedDialog"));
    setWindowTitle(tr("Skipped files"));
    auto* layout = new QVBoxLayout(this);
    auto* text =
        new QLabel(tr("%n file(s) could not be decoded. Neither calibration nor the figures know them.",
                      nullptr, static_cast<int>(skipped.size())),
                   this);
    text->setWordWrap(true);
    layout->addWidget(text);
    auto* list = new QTreeWidget(this);
    list->setObjectName(QStringLiteral("skippedList"));
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setAlternatingRowColors(true);
    list->setTextElideMode(Qt::ElideMiddle);
    list->setHeaderLabels({tr("File"), tr("Reason")});
    for (const auto& line : skipped) {
        const QString entry = QString::fromStdString(line);
        const QString file = entry.section(QLatin1String(": "), 0, 0);
        auto* item = new QTreeWidgetItem(list, {file, entry.section(QLatin1String(": "), 1)});
        item->setToolTip(0, file);
        item->setToolTip(1, item->text(1));
    }
    list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    list->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    list->setSortingEnabled(true);
    list->sortByColumn(0, Qt::AscendingOrder);
    layout->addWidget(list, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    resize(720, 360);
}

}  // namespace qs::app
