#include "core/translatable.h"
#include "quant/ranges/range_choice.h"

namespace qs {

void register_min_max(Registry<RangeChoice>& registry) {
    registry.add("min_max", {QT_TRANSLATE_NOOP("Engine", "everything that was seen"),
                             RangeChoice::Needs::Range,
                             {},
                             {},
                             [](const Range& seen, const Histogram&, const TensorQConfig&,
                                const Parameters&) { return seen; }});
}

}  // namespace qs
