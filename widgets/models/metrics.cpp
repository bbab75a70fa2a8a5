#include "widgets/models/metrics.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "widgets/common/format.h"

namespace qs::metrics {
namespace {

struct MetricText {
    Q_DECLARE_TR_FUNCTIONS(Metrics)
};

struct Title {
    const char* metric;
    const char* text;
};

constexpr Title kTitles[] = {
    {"top1", QT_TRANSLATE_NOOP("Metrics", "Top-1")},
    {"top5", QT_TRANSLATE_NOOP("Metrics", "Top-5")},
    {"class_accuracy", QT_TRANSLATE_NOOP("Metrics", "Class mean")},
    {"mean_iou", QT_TRANSLATE_NOOP("Metrics", "Mean IoU")},
    {"exact_match", QT_TRANSLATE_NOOP("Metrics", "Exact match")},
    {"agreement", QT_TRANSLATE_NOOP("Metrics", "Agreement")},
    {"sqnr_db", QT_TRANSLATE_NOOP("Metrics", "SQNR")},
    {"cosine", QT_TRANSLATE_NOOP("Metrics", "Cosine")},
};

int decimals(const std::string& unit) {
    return unit.empty() ? 5 : 2;
}

/// A difference of percentages is in points.
QString unitOfDifference(const std::string& unit) {
    return unit == "%" ? MetricText::tr("pt") : QString::fromStdString(unit);
}

QString withUnit(const QString& figure, const QString& unit) {
    return unit.isEmpty() ? figure : figure + QLatin1Char(' ') + unit;
}

}  // namespace

QString title(const std::string& metric) {
    const std::string name = metric.substr(0, metric.find(':'));
    const auto* const found = std::find_if(std::begin(kTitles), std::end(kTitles),
                                           [&](const Title& known) { return name == known.metric; });
    return found == std::end(kTitles) ? QString::fromStdString(metric)
                                      : QCoreApplication::translate("Metrics", found->text);
}

QString titleWithUnit(const std::string& metric, const std::string& unit) {
    return unit.empty() ? title(metric) : title(metric) + QLatin1String(" / ") + QString::fromStdString(unit);
}

QString bareValue(const std::optional<double>& value, const std::string& unit) {
    return format::optional(value, decimals(unit));
}

QString value(const std::optional<double>& value, const std::string& unit) {
    return value && std::isfinite(*value) ? withUnit(bareValue(value, unit), QString::fromStdString(unit))
                                          : format::kAbsent;
}

QString difference(double value, const std::string& unit) {
    return withUnit(format::number(value, decimals(unit)), unitOfDifference(unit));
}

std::optional<protocol::MetricValue> headline(const protocol::ModelResult& result) {
    if (!result.metrics.empty()) {
        return result.metrics.front();
    }
    if (result.top1) {
        return protocol::MetricValue{"top1", {}, "%", result.top1, {}, {}, 0};
    }
    return std::nullopt;
}

const protocol::MetricValue* find(const protocol::ModelResult& result, const std::string& metric) {
    const auto found = std::find_if(result.metrics.begin(), result.metrics.end(),
                                    [&](const auto& entry) { return entry.metric == metric; });
    return found == result.metrics.end() ? nullptr : &*found;
}

QString interval(const protocol::MetricValue& value) {
    return value.low && value.high
               ? MetricText::tr("%1 to %2")
                     .arg(bareValue(value.low, value.unit), metrics::value(value.high, value.unit))
               : QString();
}

QString shortChange(const protocol::MetricDrop& drop) {
    if (drop.distinguishable == false) {
        return QStringLiteral("≈ 0");
    }
    return difference(-drop.value, drop.unit);
}

QString sentence(const protocol::MetricDrop& drop) {
    const QString change =
        drop.value >= 0
            ? MetricText::tr("%1 falls by %2").arg(title(drop.metric), difference(drop.value, drop.unit))
            : MetricText::tr("%1 rises by %2").arg(title(drop.metric), difference(-drop.value, drop.unit));
    if (!drop.low || !drop.high) {
        return MetricText::tr("%1, on %2 samples.").arg(change, format::integer(drop.samples));
    }
    const bool rises = drop.value < 0;
    const double low = rises ? -*drop.high : *drop.low;
    const double high = rises ? -*drop.low : *drop.high;
    const QString withInterval = MetricText::tr("%1 (95 % interval %2 to %3)")
                                     .arg(change, bareValue(low, drop.unit), difference(high, drop.unit));
    return drop.distinguishable == false
               ? MetricText::tr("%1: not distinguishable from 0 on %2 samples.")
                     .arg(withInterval, format::integer(drop.samples))
               : MetricText::tr("%1, on %2 samples.").arg(withInterval, format::integer(drop.samples));
}

}  // namespace qs::metrics
