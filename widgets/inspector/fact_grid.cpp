#include "widgets/inspector/fact_grid.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "widgets/common/shown_text.h"

namespace qs {

FactGrid::FactGrid(const QString& title, QWidget* parent)
    : QWidget(parent), grid_(nullptr), title_(new QLabel(title, this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 8);
    layout->setSpacing(3);
    QFont bold = font();
    bold.setBold(true);
    title_->setFont(bold);
    layout->addWidget(title_);
    hide();
}

void FactGrid::setRows(const std::vector<QStringList>& rows, const QStringList& header) {
    std::vector<QStringList> wanted = rows;
    if (!header.isEmpty()) {
        wanted.insert(wanted.begin(), header);
    }
    if (wanted == shown_) {
        return;
    }
    shown_ = std::move(wanted);
    delete body_;
    body_ = new QWidget(this);
    grid_ = new QGridLayout(body_);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(10);
    grid_->setVerticalSpacing(2);
    for (size_t i = 0; i < shown_.size(); ++i) {
        addRow(static_cast<int>(i), shown_[i], i == 0 && !header.isEmpty());
    }
    layout()->addWidget(body_);
    setVisible(!rows.empty());
}

void FactGrid::addRow(int row, const QStringList& cells, bool isHeader) {
    const bool table = cells.size() > 2;
    for (int column = 0; column < cells.size(); ++column) {
        auto* label = new QLabel(shownText(cells[column]), body_);
        label->setTextFormat(Qt::PlainText);
        const bool isName = column == 0 || isHeader;
        label->setForegroundRole(isName ? QPalette::PlaceholderText : QPalette::WindowText);
        label->setAlignment((table && column > 0 ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignTop);
        if (!isName) {
            label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
            label->setFocusPolicy(Qt::ClickFocus);
            label->setWordWrap(!table);
        }
        grid_->addWidget(label, row, column);
    }
    grid_->setColumnStretch(table ? 0 : 1, 1);
}

QString FactGrid::text() const {
    QStringList lines;
    for (const auto& row : shown_) {
        lines << row.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace qs
