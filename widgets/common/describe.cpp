#include "widgets/common/describe.h"

#include <QCoreApplication>
#include <QStringList>
#include <cmath>

#include "widgets/common/format.h"

namespace qs::describe {
namespace {

struct DescribeText {
    Q_DECLARE_TR_FUNCTIONS(Describe)
};

}  // namespace

QString tensor(const protocol::TensorInfo& tensor) {
    const QString shape = tensor.shape.empty() ? DescribeText::tr("any shape") : format::shape(tensor.shape);
    const QString typed = QString::fromStdString(tensor.dtype) + QLatin1Char(' ') + shape;
    return tensor.name.empty() ? typed.trimmed()
                               : QString::fromStdString(tensor.name) + QLatin1String(": ") + typed.trimmed();
}

QString labels(const protocol::DataInfo& data) {
    if (!data.labelled) {
        return DescribeText::tr("none: good for calibration, errors and agreement with FP32");
    }
    if (data.label_shape.size() == 2) {
        return DescribeText::tr("masks of %1").arg(format::shape(data.label_shape));
    }
    if (!data.label_shape.empty()) {
        return DescribeText::tr("sequences of up to %1").arg(format::shape(data.label_shape));
    }
    return data.classes.empty()
               ? DescribeText::tr("a class a sample")
               : DescribeText::tr("%n class(es)", nullptr, static_cast<int>(data.classes.size()));
}

QString numbers(const std::vector<double>& values) {
    QStringList parts;
    for (const double value : values) {
        parts << QString::number(value);
    }
    return parts.join(QStringLiteral(", "));
}

QString side(const std::optional<int>& side, const std::vector<int>& exact) {
    if (exact.size() == 2) {
        return DescribeText::tr("%1 × %2 px").arg(exact[0]).arg(exact[1]);
    }
    if (!side) {
        return {};
    }
    return *side == 0 ? DescribeText::tr("kept") : DescribeText::tr("%1 px").arg(*side);
}

QString scale(double factor) {
    const double divisor = 1 / factor;
    const bool isFraction = divisor > 1 && std::abs(divisor - std::round(divisor)) < 1e-6 * divisor;
    return isFraction ? QStringLiteral("1/%1").arg(std::lround(divisor)) : QString::number(factor);
}

QString preprocessing(const protocol::Preprocessing& settings) {
    QStringList parts;
    const auto add = [&](const QString& pattern, const QString& value) {
        if (!value.isEmpty()) {
            parts << pattern.arg(value);
        }
    };
    if (settings.resize != 0 || !settings.resize_to.empty()) {
        add(DescribeText::tr("resize %1"), side(settings.resize, settings.resize_to));
    }
    if (settings.crop != 0 || !settings.crop_to.empty()) {
        add(DescribeText::tr("crop %1"), side(settings.crop, settings.crop_to));
    }
    add(QStringLiteral("%1"), QString::fromStdString(settings.interpolation));
    if (settings.channels) {
        add(DescribeText::tr("channels %1"), QString::number(*settings.channels));
    }
    add(QStringLiteral("%1"), QString::fromStdString(settings.color_order).toUpper());
    if (settings.scale) {
        add(DescribeText::tr("scale %1"), scale(*settings.scale));
    }
    add(DescribeText::tr("mean %1"), numbers(settings.mean));
    add(DescribeText::tr("std %1"), numbers(settings.std));
    add(QStringLiteral("%1"), QString::fromStdString(settings.layout).toUpper());
    return parts.join(QStringLiteral("; "));
}

QString bound(const protocol::LayerResult& layer) {
    if (layer.bound == "compute") {
        return DescribeText::tr("compute");
    }
    return layer.bound == "memory" ? DescribeText::tr("memory") : QString::fromStdString(layer.bound);
}

QString refusals(const protocol::LayerResult& layer) {
    QStringList lines;
    for (const auto& refusal : layer.refusals) {
        lines << QString::fromStdString(refusal);
    }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace qs::describe
