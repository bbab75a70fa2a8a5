#pragma once

#include <vector>

class QWidget;

namespace qs {

class Chart;
class ViewState;

/// A kind of chart. A new one is a file pair in this folder and an entry in chart_types.cpp; the window makes
/// a dock and a menu entry for each.
struct ChartType {
    const char* id;     ///< object name of the dock, kept in the saved window layout
    const char* title;  ///< source text of context "Charts"
    /// Where its dock is at first, 0 to 2 from the left below the table; those of one place share it as tabs,
    /// the first in front.
    int place;
    Chart* (*create)(ViewState& state, QWidget* parent);
};

const std::vector<ChartType>& chartTypes();

}  // namespace qs
