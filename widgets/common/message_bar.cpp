#include "widgets/common/message_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/common/shown_text.h"

namespace qs {
namespace {

constexpr size_t kMostEntries = 3;
constexpr const char* kKind = "messageKind";
constexpr const char* kText = "messageText";

QColor tint(MessageBar::Kind kind) {
    switch (kind) {
        case MessageBar::Kind::Error:
            return {0xD5, 0x5E, 0x00};
        case MessageBar::Kind::Warning:
            return {0xE6, 0x9F, 0x00};
        case MessageBar::Kind::Info:
            break;
    }
    return {0x00, 0x72, 0xB2};
}

QStyle::StandardPixmap pixmapOf(MessageBar::Kind kind) {
    switch (kind) {
        case MessageBar::Kind::Error:
            return QStyle::SP_MessageBoxCritical;
        case MessageBar::Kind::Warning:
            return QStyle::SP_MessageBoxWarning;
        case MessageBar::Kind::Info:
            break;
    }
    return QStyle::SP_MessageBoxInformation;
}

/// Lines of text; what comes from a file hides nothing in them.
QString shownLines(const QString& text) {
    QStringList lines = text.split(QLatin1Char('\n'));
    for (QString& line : lines) {
        line = shownText(line);
    }
    return lines.join(QLatin1Char('\n'));
}

QLabel* textLabel(const QString& text, const char* name, QWidget* parent) {
    auto* label = new QLabel(shownLines(text), parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}  // namespace

MessageBar::MessageBar(QWidget* parent) : QWidget(parent), layout_(new QVBoxLayout(this)) {
    setObjectName(QStringLiteral("messageBar"));
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setSpacing(2);
    hide();
}

void MessageBar::show(Kind kind, const QString& text, const std::vector<Button>& buttons) {
    const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const QFrame* entry) {
        return entry->property(kText).toString() == text;
    });
    if (same != entries_.end()) {
        remove(*same);
    }
    while (entries_.size() >= kMostEntries) {
        remove(entries_.back());
    }
    QFrame* entry = makeEntry(kind, text, buttons);
    entries_.insert(entries_.begin(), entry);
    layout_->insertWidget(0, entry);
    QWidget::show();
}

QFrame* MessageBar::makeEntry(Kind kind, const QString& text, const std::vector<Button>& buttons) {
    auto* entry = new QFrame(this);
    entry->setObjectName(QStringLiteral("messageEntry"));
    entry->setProperty(kKind, static_cast<int>(kind));
    entry->setProperty(kText, text);
    const QColor color = tint(kind);
    entry->setStyleSheet(QStringLiteral("#messageEntry { background: rgba(%1, %2, %3, 40); border: none; "
                                        "border-left: 4px solid rgb(%1, %2, %3); }")
                             .arg(color.red())
                             .arg(color.green())
                             .arg(color.blue()));
    auto* outer = new QVBoxLayout(entry);
    outer->setContentsMargins(8, 4, 4, 4);
    outer->setSpacing(2);
    auto* row = new QHBoxLayout;
    outer->addLayout(row);
    auto* icon = new QLabel(entry);
    const int extent = style()->pixelMetric(QStyle::PM_SmallIconSize);
    icon->setPixmap(style()->standardIcon(pixmapOf(kind)).pixmap(extent));
    row->addWidget(icon, 0, Qt::AlignTop);
    row->addWidget(textLabel(text.section(QLatin1Char('\n'), 0, 0), "messageText", entry), 1);

    const QString rest = text.section(QLatin1Char('\n'), 1).trimmed();
    if (!rest.isEmpty()) {
        auto* details = textLabel(rest, "messageDetails", entry);
        details->hide();
        outer->addWidget(details);
        auto* toggle = new QPushButton(tr("Details"), entry);
        toggle->setObjectName(QStringLiteral("messageDetailsButton"));
        toggle->setCheckable(true);
        connect(toggle, &QPushButton::toggled, details, &QLabel::setVisible);
        row->addWidget(toggle, 0, Qt::AlignTop);
    }
    for (const auto& button : buttons) {
        auto* push = new QPushButton(button.text, entry);
        push->setObjectName(QStringLiteral("messageAction"));
        connect(push, &QPushButton::clicked, this, [this, entry, action = button.action] {
            remove(entry);
            action();
        });
        row->addWidget(push, 0, Qt::AlignTop);
    }
    auto* close = new QToolButton(entry);
    close->setObjectName(QStringLiteral("messageClose"));
    close->setAutoRaise(true);
    close->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton));
    close->setToolTip(tr("Dismiss"));
    connect(close, &QToolButton::clicked, this, [this, entry] { remove(entry); });
    row->addWidget(close, 0, Qt::AlignTop);
    return entry;
}

void MessageBar::remove(QFrame* entry) {
    std::erase(entries_, entry);
    layout_->removeWidget(entry);
    entry->hide();
    entry->deleteLater();
    setVisible(!entries_.empty());
}

void MessageBar::dismiss(Kind kind) {
    const std::vector<QFrame*> entries = entries_;
    for (QFrame* entry : entries) {
        if (entry->property(kKind).toInt() == static_cast<int>(kind)) {
            remove(entry);
        }
    }
}

QStringList MessageBar::texts() const {
    QStringList texts;
    for (const QFrame* entry : entries_) {
        texts << entry->property(kText).toString();
    }
    return texts;
}

}  // namespace qs
