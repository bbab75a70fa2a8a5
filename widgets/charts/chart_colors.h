#pragma once

#include <QColor>
#include <QPalette>

namespace qs {

/// Colours of the charts for a light or a dark palette. Series use Okabe and Ito's colours, which people with
/// any of the common colour deficiencies can tell apart (https://jfly.uni-koeln.de/color/).
struct ChartColors {
    QColor background;
    QColor text;
    QColor axis;
    QColor grid;
    QColor selection;  ///< band behind selected layers
    QColor fp32;
    QColor variant;
    QColor accent;  ///< the current variant
    QColor loss;
    QColor accuracy;

    static ChartColors of(const QPalette& palette);
};

}  // namespace qs
