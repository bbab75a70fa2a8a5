#include "widgets/panels/panel_types.h"

#include <QtGlobal>
#include <algorithm>
#include <string_view>
#include <tuple>

namespace qs {

void PanelTypes::add(const PanelType& type) {
    for (const PanelType& other : types_) {
        if (std::string_view(other.id) == type.id || std::string_view(other.key) == type.key) {
            qFatal("the panels %s and %s have the same id or the same key", other.id, type.id);
        }
    }
    const auto before = [](const PanelType& a, const PanelType& b) {
        return std::tuple(a.place, a.order) < std::tuple(b.place, b.order);
    };
    types_.insert(std::upper_bound(types_.begin(), types_.end(), type, before), type);
}

}  // namespace qs
