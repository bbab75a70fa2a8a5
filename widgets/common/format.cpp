#include "widgets/common/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>
#include <cmath>

namespace qs::format {

QString number(double value, int decimals) {
    return QLocale().toString(value, 'f', decimals);
}

QString optional(const std::optional<double>& value, int decimals) {
    return value && std::isfinite(*value) ? number(*value, decimals) : kAbsent;
}

QString integer(int64_t value) {
    return QLocale().toString(static_cast<qlonglong>(value));
}

QString count(int64_t value) {
    struct Unit {
        double factor;
        const char* suffix;
    };
    static constexpr Unit kUnits[] = {{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e4, " k"}};
    for (const auto& unit : kUnits) {
        if (static_cast<double>(value) >= unit.factor) {
            const double divisor = unit.factor == 1e4 ? 1e3 : unit.factor;
            return number(static_cast<double>(value) / divisor, 2) + QLatin1String(unit.suffix);
        }
    }
    return integer(value);
}

QString shape(const std::vector<int64_t>& shape) {
    if (shape.empty()) {
        return kAbsent;
    }
    QStringList parts;
    for (const int64_t extent : shape) {
        parts << (extent < 0 ? QStringLiteral("?") : QString::number(extent));
    }
    return parts.join(QChar(0x00d7));
}

QString duration(const std::optional<double>& ms) {
    if (!ms || !std::isfinite(*ms)) {
        return kAbsent;
    }
    const double magnitude = std::abs(*ms);
    return number(*ms, magnitude >= 100 ? 1 : magnitude >= 1 ? 2 : magnitude >= 0.1 ? 3 : 4);
}

QString milliseconds(const std::optional<double>& value) {
    return value ? QCoreApplication::translate("Format", "%1 ms").arg(duration(value)) : kAbsent;
}

QString signedMilliseconds(double ms) {
    const double magnitude = std::abs(ms);
    const QString text = number(ms, magnitude >= 10 ? 1 : magnitude >= 0.1 ? 2 : 3);
    return QCoreApplication::translate("Format", "%1 ms").arg(ms < 0 ? text : QLatin1Char('+') + text);
}

QString bytes(int64_t value) {
    return value > 0 ? QLocale().formattedDataSize(value, 1, QLocale::DataSizeTraditionalFormat) : kAbsent;
}

QString percent(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? number(*value, 2) + QLatin1String(" %") : kAbsent;
}

QString ratio(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? number(*value, 2) + QChar(0x00d7) : kAbsent;
}

QString scientific(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? QLocale().toString(*value, 'e', 1) : kAbsent;
}

QString eta(double seconds) {
    if (seconds < 0 || !std::isfinite(seconds)) {
        return {};
    }
    const auto whole = static_cast<int64_t>(std::ceil(seconds));
    if (whole < 60) {
        return QCoreApplication::translate("Format", "%1 s").arg(whole);
    }
    if (whole < 3600) {
        return QCoreApplication::translate("Format", "%1 min %2 s").arg(whole / 60).arg(whole % 60);
    }
    return QCoreApplication::translate("Format", "%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

}  // namespace qs::format
