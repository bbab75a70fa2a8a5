#include "widgets/models/layer_columns.h"

#include <QCoreApplication>
#include <QStringList>
#include <cmath>

#include "widgets/common/describe.h"
#include "widgets/common/format.h"

namespace qs {
namespace {

using Optional = std::optional<double> protocol::LayerResult::*;

std::optional<double> measured(const LayerRow& row, Optional member) {
    return row.result ? (*row.result).*member : std::nullopt;
}

QVariant variant(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? QVariant(*value) : QVariant();
}

template <Optional member>
QVariant measuredValue(const LayerRow& row) {
    return variant(measured(row, member));
}

QString qconfigText(const LayerRow& row) {
    if (!row.info->quantizable) {
        return QCoreApplication::translate("LayerColumns", "not quantizable");
    }
    if (!row.rule) {
        return QStringLiteral("\u2026");
    }
    if (row.rule->overridden) {
        return row.rule->qconfig;
    }
    return QCoreApplication::translate("LayerColumns", "inherit (%1)").arg(row.rule->qconfig);
}

QString precisionText(const LayerRow& row) {
    return row.result ? QString::fromStdString(row.result->precision).toUpper() : format::kAbsent;
}

constexpr auto kOutputError = &protocol::LayerResult::output_error_percent;
constexpr auto kLocalSqnr = &protocol::LayerResult::local_sqnr_db;
constexpr auto kSqnr = &protocol::LayerResult::sqnr_db;
constexpr auto kCosine = &protocol::LayerResult::cosine;
constexpr auto kMse = &protocol::LayerResult::mse;
constexpr auto kFp32 = &protocol::LayerResult::fp32_ms;
constexpr auto kVariant = &protocol::LayerResult::variant_ms;
constexpr auto kFp32Spread = &protocol::LayerResult::fp32_spread_ms;
constexpr auto kVariantSpread = &protocol::LayerResult::variant_spread_ms;
constexpr auto kGmacs = &protocol::LayerResult::gmacs_per_s;
constexpr auto kPeak = &protocol::LayerResult::peak_percent;
constexpr auto kRestore = &protocol::LayerResult::restore_ms;

QString orAbsent(const QString& text) {
    return text.isEmpty() ? format::kAbsent : text;
}

QVariant textValue(const QString& text) {
    return text.isEmpty() ? QVariant() : QVariant(text);
}

QString implementation(const LayerRow& row) {
    return row.result ? QString::fromStdString(row.result->implementation) : QString();
}

std::optional<int64_t> bytes(const LayerRow& row) {
    return row.result ? row.result->bytes : std::nullopt;
}

QString restoreText(const LayerRow& row) {
    const std::optional<double> cost = measured(row, kRestore);
    return cost ? format::signedMilliseconds(*cost) : format::kAbsent;
}

/// What the profiler says about a layer beyond its times.
void addProfileColumns(std::vector<LayerColumn>& columns) {
    using Id = LayerColumnId;
    using Row = const LayerRow&;
    const std::vector<LayerColumn> added = {
        {Id::Implementation, "implementation", QT_TRANSLATE_NOOP("LayerColumns", "Implementation"),
         QT_TRANSLATE_NOOP("LayerColumns",
                           "What ran the layer in the variant. The cell's tooltip says why each better one "
                           "was refused"),
         false, [](Row row) { return textValue(implementation(row)); },
         [](Row row) { return orAbsent(implementation(row)); }},
        {Id::PeakPercent, "peak_percent", QT_TRANSLATE_NOOP("LayerColumns", "% of peak"),
         QT_TRANSLATE_NOOP("LayerColumns",
                           "Rate of the layer against the measured peak of its precision on this machine"),
         true, measuredValue<kPeak>, [](Row row) { return format::optional(measured(row, kPeak), 1); }},
        {Id::Bound, "bound", QT_TRANSLATE_NOOP("LayerColumns", "Bound"),
         QT_TRANSLATE_NOOP("LayerColumns", "What limits the layer on the roofline: compute or memory"), false,
         [](Row row) {
             return row.result ? textValue(QString::fromStdString(row.result->bound)) : QVariant();
         },
         [](Row row) { return row.result ? orAbsent(describe::bound(*row.result)) : format::kAbsent; }},
        {Id::RestoreMs, "restore_ms", QT_TRANSLATE_NOOP("LayerColumns", "Restore cost"),
         QT_TRANSLATE_NOOP("LayerColumns",
                           "Time that an inference takes longer if the layer goes back to FP32: "
                           "with the boundaries that this adds, without those that it spares"),
         true, measuredValue<kRestore>, restoreText},
        {Id::GmacsPerS, "gmacs_per_s", QT_TRANSLATE_NOOP("LayerColumns", "GMAC/s"),
         QT_TRANSLATE_NOOP("LayerColumns",
                           "Multiply-accumulates of the layer in the variant, in 1e9 a second"),
         true, measuredValue<kGmacs>, [](Row row) { return format::optional(measured(row, kGmacs), 1); },
         false},
        {Id::Bytes, "bytes", QT_TRANSLATE_NOOP("LayerColumns", "Bytes moved"),
         QT_TRANSLATE_NOOP("LayerColumns", "Inputs, weights and outputs, each read or written once"), true,
         [](Row row) { return bytes(row) ? QVariant(static_cast<qlonglong>(*bytes(row))) : QVariant(); },
         [](Row row) { return format::bytes(bytes(row).value_or(0)); }, false},
        {Id::Fp32Spread, "fp32_spread_ms", QT_TRANSLATE_NOOP("LayerColumns", "FP32 spread"),
         QT_TRANSLATE_NOOP(
             "LayerColumns",
             "90th minus 10th percentile of the layer's time in the FP32 network, in milliseconds"),
         true, measuredValue<kFp32Spread>,
         [](Row row) { return format::duration(measured(row, kFp32Spread)); }, false},
        {Id::VariantSpread, "variant_spread_ms", QT_TRANSLATE_NOOP("LayerColumns", "Variant spread"),
         QT_TRANSLATE_NOOP("LayerColumns",
                           "90th minus 10th percentile of the layer's time in the variant, in milliseconds"),
         true, measuredValue<kVariantSpread>,
         [](Row row) { return format::duration(measured(row, kVariantSpread)); }, false},
    };
    columns.insert(columns.end(), added.begin(), added.end());
}

std::vector<LayerColumn> makeColumns() {
    using Id = LayerColumnId;
    using Row = const LayerRow&;
    return {
        {Id::Name, "name", QT_TRANSLATE_NOOP("LayerColumns", "Layer"),
         QT_TRANSLATE_NOOP("LayerColumns", "Qualified name in the model"), false,
         [](Row row) { return QVariant(row.name()); }, [](Row row) { return row.name(); }},
        {Id::Op, "op", QT_TRANSLATE_NOOP("LayerColumns", "Op"),
         QT_TRANSLATE_NOOP("LayerColumns", "Operation, with what was fused into it"), false,
         [](Row row) { return QVariant(opWithFused(row)); }, opWithFused},
        {Id::OutputShape, "output_shape", QT_TRANSLATE_NOOP("LayerColumns", "Output shape"),
         QT_TRANSLATE_NOOP("LayerColumns", "Shape of the output for one sample"), false,
         [](Row row) { return QVariant(format::shape(row.info->output_shape)); },
         [](Row row) { return format::shape(row.info->output_shape); }},
        {Id::Parameters, "parameters", QT_TRANSLATE_NOOP("LayerColumns", "Parameters"),
         QT_TRANSLATE_NOOP("LayerColumns", "Number of weights and biases"), true,
         [](Row row) { return QVariant(static_cast<qlonglong>(row.info->parameters)); },
         [](Row row) { return format::count(row.info->parameters); }},
        {Id::Macs, "macs", QT_TRANSLATE_NOOP("LayerColumns", "MACs"),
         QT_TRANSLATE_NOOP("LayerColumns", "Multiply-accumulate operations for one sample"), true,
         [](Row row) { return QVariant(static_cast<qlonglong>(row.info->macs)); },
         [](Row row) { return format::count(row.info->macs); }},
        {Id::QConfig, "qconfig", QT_TRANSLATE_NOOP("LayerColumns", "QConfig"),
         QT_TRANSLATE_NOOP("LayerColumns",
                           "How the layer is to be quantized. Bold: set for this layer. "
                           "Double-click to change it for all selected layers"),
         false, [](Row row) { return row.rule ? QVariant(row.rule->qconfig) : QVariant(); }, qconfigText},
        {Id::Precision, "precision", QT_TRANSLATE_NOOP("LayerColumns", "Precision"),
         QT_TRANSLATE_NOOP("LayerColumns", "What the layer ran in when the variant was measured"), false,
         [](Row row) {
             return row.result ? QVariant(QString::fromStdString(row.result->precision)) : QVariant();
         },
         precisionText},
        {Id::OutputError, "output_error_percent", QT_TRANSLATE_NOOP("LayerColumns", "Output error %"),
         QT_TRANSLATE_NOOP("LayerColumns",
                           "The layer's part in the error at the model's outputs: its own error, carried "
                           "there by the layers behind it. Restoring the largest helps most"),
         true, measuredValue<kOutputError>,
         [](Row row) { return format::optional(measured(row, kOutputError), 1); }},
        {Id::LocalSqnr, "local_sqnr_db", QT_TRANSLATE_NOOP("LayerColumns", "Local SQNR dB"),
         QT_TRANSLATE_NOOP("LayerColumns",
                           "Signal to quantization noise of the layer quantized alone, fed with the FP32 "
                           "network's values, in decibels: its own error"),
         true, measuredValue<kLocalSqnr>,
         [](Row row) { return format::optional(measured(row, kLocalSqnr), 1); }},
        {Id::Sqnr, "sqnr_db", QT_TRANSLATE_NOOP("LayerColumns", "SQNR dB"),
         QT_TRANSLATE_NOOP("LayerColumns",
                           "Signal to quantization noise of the layer's output against FP32, "
                           "in decibels, with what the layers before it did. Higher is better"),
         true, measuredValue<kSqnr>, [](Row row) { return format::optional(measured(row, kSqnr), 1); }},
        {Id::Cosine, "cosine", QT_TRANSLATE_NOOP("LayerColumns", "Cosine"),
         QT_TRANSLATE_NOOP("LayerColumns", "Cosine similarity of the layer's output with FP32. 1 is equal"),
         true, measuredValue<kCosine>, [](Row row) { return format::optional(measured(row, kCosine), 5); }},
        {Id::Mse, "mse", QT_TRANSLATE_NOOP("LayerColumns", "MSE"),
         QT_TRANSLATE_NOOP("LayerColumns", "Mean squared error of the layer's output against FP32"), true,
         measuredValue<kMse>, [](Row row) { return format::scientific(measured(row, kMse)); }},
        {Id::Fp32Ms, "fp32_ms", QT_TRANSLATE_NOOP("LayerColumns", "FP32 ms"),
         QT_TRANSLATE_NOOP("LayerColumns", "Median time of the layer in the FP32 network, in milliseconds"),
         true, measuredValue<kFp32>, [](Row row) { return format::duration(measured(row, kFp32)); }},
        {Id::VariantMs, "variant_ms", QT_TRANSLATE_NOOP("LayerColumns", "Variant ms"),
         QT_TRANSLATE_NOOP("LayerColumns", "Median time of the layer in the variant, in milliseconds"), true,
         measuredValue<kVariant>, [](Row row) { return format::duration(measured(row, kVariant)); }},
        {Id::Speedup, "speedup", QT_TRANSLATE_NOOP("LayerColumns", "Speed-up"),
         QT_TRANSLATE_NOOP("LayerColumns", "FP32 time over the variant's time"), true,
         [](Row row) { return variant(row.speedup()); },
         [](Row row) { return format::ratio(row.speedup()); }},
    };
}

QString csvField(const QVariant& value) {
    if (!value.isValid()) {
        return {};
    }
    QString text =
        value.typeId() == QMetaType::Double ? QString::number(value.toDouble(), 'g', 9) : value.toString();
    if (text.contains(QLatin1Char(',')) || text.contains(QLatin1Char('"'))) {
        text.replace(QLatin1Char('"'), QLatin1String("\"\""));
        text = QLatin1Char('"') + text + QLatin1Char('"');
    }
    return text;
}

}  // namespace

const std::vector<LayerColumn>& layerColumns() {
    static const std::vector<LayerColumn> columns = [] {
        std::vector<LayerColumn> all = makeColumns();
        addProfileColumns(all);
        return all;
    }();
    return columns;
}

QString layersAsCsv(const std::vector<LayerRow>& rows) {
    QStringList header;
    for (const auto& column : layerColumns()) {
        header << QLatin1String(column.key);
    }
    QStringList lines{header.join(QLatin1Char(','))};
    for (const auto& row : rows) {
        QStringList fields;
        for (const auto& column : layerColumns()) {
            fields << csvField(column.value(row));
        }
        lines << fields.join(QLatin1Char(','));
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace qs
