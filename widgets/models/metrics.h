#pragma once

#include <QString>
#include <optional>

#include "protocol/messages.h"

/// Metrics as a person reads them.
namespace qs::metrics {

/// "Top-1" for "top1"; a name that this program does not know stays as it is.
QString title(const std::string& metric);
/// "Top-1 / %", the name alone where there is no unit.
QString titleWithUnit(const std::string& metric, const std::string& unit);

/// "91.25 %", "32.10 dB", "0.9987"
QString value(const std::optional<double>& value, const std::string& unit);
/// A value without its unit, with as many decimals as the unit deserves.
QString bareValue(const std::optional<double>& value, const std::string& unit);
/// Of a difference: "0.30 pt" for percent.
QString difference(double value, const std::string& unit);

/// The figure that a model is judged by: the first of its metrics, or the top-1 of results that were written
/// before there were others. Nothing where nothing was measured.
std::optional<protocol::MetricValue> headline(const protocol::ModelResult& result);
/// The metric of this name.
const protocol::MetricValue* find(const protocol::ModelResult& result, const std::string& metric);

/// "90.70 % to 91.80 %", or empty.
QString interval(const protocol::MetricValue& value);
/// INT8 minus FP32, short: "-1.25 pt", or "≈ 0" where the two cannot be told apart.
QString shortChange(const protocol::MetricDrop& drop);
/// "Top-1 falls by 0.30 pt (95 % interval -0.10 to 0.70 pt): not distinguishable from 0 on 500 samples."
QString sentence(const protocol::MetricDrop& drop);

}  // namespace qs::metrics
