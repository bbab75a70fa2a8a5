#include "quant/boundaries.h"

namespace qs {

std::set<Boundary> boundariesOf(const PreparedModel& model) {
    std::set<Boundary> boundaries;
    std::set<ValueId> integers;  // values that an integer step makes
    for (size_t i = 0; i < model.groups.size(); ++i) {
        const FusionGroup& group = model.groups[i];
        for (const ValueId input : group.inputs) {
            if (integers.contains(input) != model.integer[i]) {
                boundaries.insert({input, model.integer[i]});
            }
        }
        if (model.integer[i]) {
            integers.insert(group.outputs.begin(), group.outputs.end());
        }
    }
    for (const ValueId output : model.graph.outputs()) {
        if (integers.contains(output)) {
            boundaries.insert({output, false});
        }
    }
    return boundaries;
}

}  // namespace qs
