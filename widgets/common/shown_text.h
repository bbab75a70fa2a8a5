#pragma once

#include <QString>
#include <QStyledItemDelegate>

namespace qs {

/// Text that may come from a file as it is shown, on one line: control characters, line ends and what turns
/// the direction of writing or has no width become `\n`, `\x1b`, `\u202e`. The text itself stays what it is:
/// layers are called by it.
QString shownText(const QString& text);

/// Shows the cells of a table so.
class ShownTextDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QString displayText(const QVariant& value, const QLocale& locale) const override;
};

}  // namespace qs
