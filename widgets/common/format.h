#pragma once

#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

/// Figures as a person reads them, in the default locale. Absent figures are an en dash.
namespace qs::format {

inline const QString kAbsent = QStringLiteral("\u2013");

QString number(double value, int decimals);
QString optional(const std::optional<double>& value, int decimals);
/// 1,234,567
QString integer(int64_t value);
/// 11.69 M, 1.81 G
QString count(int64_t value);
/// "1×64×56×56"; a negative extent, which is free, is "?"
QString shape(const std::vector<int64_t>& shape);
/// Four significant digits or so, with the unit: "12.3 ms", "0.042 ms".
QString milliseconds(const std::optional<double>& value);
/// Decimals that keep about three significant digits of a time.
QString duration(const std::optional<double>& ms);
/// A difference of times with its sign: "+0.12 ms", "-0.004 ms".
QString signedMilliseconds(double ms);
QString bytes(int64_t value);
QString percent(const std::optional<double>& value);
/// "2.41×"
QString ratio(const std::optional<double>& value);
/// Scientific, for errors that span decades: "3.2e-05".
QString scientific(const std::optional<double>& value);
/// "5 s", "2 min 10 s"
QString eta(double seconds);

}  // namespace qs::format
