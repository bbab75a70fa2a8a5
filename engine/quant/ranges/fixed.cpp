#include <limits>

#include "core/translatable.h"
#include "quant/ranges/range_choice.h"

namespace qs {

void register_fixed(Registry<RangeChoice>& registry) {
    constexpr double most = std::numeric_limits<float>::max();
    registry.add(
        "fixed",
        {QT_TRANSLATE_NOOP("Engine", "a range set by hand, whatever is seen"),
         RangeChoice::Needs::Nothing,
         {{"min", QT_TRANSLATE_NOOP("Engine", "where the range begins"), -1, -most, most},
          {"max", QT_TRANSLATE_NOOP("Engine", "where the range ends"), 1, -most, most}},
         [](const Parameters& parameters) -> Status {
             if (parameters.at("min") >= parameters.at("max")) {
                 return usageError("observer 'fixed': min has to be less than max");
             }
             return {};
         },
         [](const Range&, const Histogram&, const TensorQConfig&, const Parameters& parameters) {
             return Range{static_cast<float>(parameters.at("min")), static_cast<float>(parameters.at("max"))};
         }});
}

}  // namespace qs
