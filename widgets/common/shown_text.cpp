#include "widgets/common/shown_text.h"

namespace qs {

namespace {

bool isHidden(char32_t point) {
    switch (QChar::category(point)) {
        case QChar::Other_Control:
        case QChar::Other_Format:
        case QChar::Other_Surrogate:
        case QChar::Separator_Line:
        case QChar::Separator_Paragraph:
            return true;
        default:
            return false;
    }
}

QString escapeOf(char32_t point) {
    switch (point) {
        case U'\n':
            return QStringLiteral("\\n");
        case U'\r':
            return QStringLiteral("\\r");
        case U'\t':
            return QStringLiteral("\\t");
        default:
            break;
    }
    const bool isByte = point < 0x100, isShort = point < 0x10000;
    const QLatin1String prefix(isByte ? "\\x" : isShort ? "\\u" : "\\U");
    return prefix + QString::number(point, 16).rightJustified(isByte ? 2 : isShort ? 4 : 8, QLatin1Char('0'));
}

}  // namespace

QString shownText(const QString& text) {
    QString shown;
    shown.reserve(text.size());
    for (const uint point : text.toUcs4()) {
        const char32_t character = point;
        shown += isHidden(character) ? escapeOf(character) : QString::fromUcs4(&character, 1);
    }
    return shown;
}

QString ShownTextDelegate::displayText(const QVariant& value, const QLocale& locale) const {
    // Qt's own would turn a line's end into another character.
    return value.userType() == QMetaType::QString ? shownText(value.toString())
                                                  : QStyledItemDelegate::displayText(value, locale);
}

}  // namespace qs
