#include "widgets/qconfig/number_edit.h"

#include <QRegularExpressionValidator>

namespace qs {
namespace {

/// Few enough digits for every number that is typed to be one.
const char* patternOf(NumberEdit::Kind kind) {
    return kind == NumberEdit::Kind::Integer ? "-?\\d{0,15}"
                                             : "-?\\d{0,15}(\\.\\d{0,15})?([eE][-+]?\\d{0,2})?";
}

QString textOf(double value) {
    return QString::number(value, 'g', 12);
}

}  // namespace

NumberEdit::NumberEdit(const QString& name, Kind kind, QWidget* parent) : QLineEdit(parent) {
    setObjectName(name);
    setValidator(new QRegularExpressionValidator(QRegularExpression(QLatin1String(patternOf(kind))), this));
    setInherited(std::nullopt);
}

void NumberEdit::setInherited(const std::optional<double>& value) {
    setPlaceholderText(value ? tr("as preset (%1)").arg(textOf(*value)) : tr("as preset"));
}

std::optional<int64_t> NumberEdit::integer() const {
    bool isNumber = false;
    const qlonglong number = text().toLongLong(&isNumber);
    return isNumber ? std::optional<int64_t>(number) : std::nullopt;
}

std::optional<double> NumberEdit::real() const {
    bool isNumber = false;
    const double number = text().toDouble(&isNumber);
    return isNumber ? std::optional(number) : std::nullopt;
}

void NumberEdit::setInteger(const std::optional<int64_t>& value) {
    setText(value ? QString::number(*value) : QString());
}

void NumberEdit::setReal(const std::optional<double>& value) {
    setText(value ? textOf(*value) : QString());
}

}  // namespace qs
