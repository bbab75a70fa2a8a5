#pragma once

#include <vector>

class QWidget;

namespace qs {

class ViewState;

/// Where the dock of a panel is at first. Those of one place share it as tabs.
enum class PanelPlace {
    RightTop,
    RightBottom,
    BottomLeft,  ///< below the table, as the two that follow
    BottomMiddle,
    BottomRight,
};

/// A panel beside or below the layer table. The window makes a dock, an entry of the View menu and a key for
/// each.
///
/// A new one is a file pair with its line in widgets/CMakeLists.txt; the file NAME.cpp defines
/// register_NAME(PanelTypes&). The panel connects itself to what it shows, the ViewState, and asks through it
/// for what it wants: nothing else knows it.
struct PanelType {
    const char* id;     ///< object name of the dock, kept in the saved window layout
    const char* title;  ///< source text of context "Panels"
    PanelPlace place;
    int order;        ///< among those of its place; the least is in front at first
    const char* key;  ///< shows the panel, or hides it: "Alt+1"
    QWidget* (*create)(ViewState& state, QWidget* parent);
};

/// The panels, by place and order.
class PanelTypes {
  public:
    /// An id or a key that is taken is a mistake of this program, and ends it.
    void add(const PanelType& type);
    const std::vector<PanelType>& all() const { return types_; }

  private:
    std::vector<PanelType> types_;
};

/// Those of this library; CMake lists them.
const PanelTypes& panelTypes();

/// PanelType::create of a panel that needs nothing but the state.
template <typename T>
QWidget* makePanel(ViewState& state, QWidget* parent) {
    return new T(state, parent);
}

}  // namespace qs
