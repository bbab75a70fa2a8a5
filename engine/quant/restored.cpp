#include "quant/restored.h"

#include <algorithm>

namespace qs {

namespace {

QConfig floatQConfig() {
    return RuleSet::make({{RuleMatch::Global, "", kFloatPreset}})->resolve("", "").qconfig;
}

/// On which the value lies in the model where it lies on a grid of this kind.
const QParams* qparamsOf(const PreparedModel& model, const Encodings& encodings, ValueId value,
                         const std::string& grid) {
    for (const GridId& id : {GridId{value}, GridId{value, grid}}) {
        const auto observed = model.observed.find(id);
        if (observed == model.observed.end() || gridText(observed->second.activation) != grid) {
            continue;
        }
        if (const auto found = encodings.activations.find(model.keyOf(id));
            found != encodings.activations.end()) {
            return &found->second;
        }
    }
    if (model.observed.contains({value})) {
        return nullptr;
    }
    // A pass-through op's result lies on the grid of its input.
    const auto producer = std::ranges::find_if(
        model.groups, [&](const FusionGroup& group) { return std::ranges::count(group.outputs, value) > 0; });
    return producer == model.groups.end() || producer->inputs.empty()
               ? nullptr
               : qparamsOf(model, encodings, producer->inputs.front(), grid);
}

}  // namespace

RestoredModel::RestoredModel(const PreparedModel& model)
    : model_(model), changed_(model), floatQConfig_(floatQConfig()) {}

const PreparedModel& RestoredModel::with(const std::vector<size_t>& groups) {
    for (const size_t group : restored_) {
        changed_.qconfigs[group] = model_.qconfigs[group];
    }
    restored_ = groups;
    for (const size_t group : restored_) {
        changed_.qconfigs[group].qconfig = floatQConfig_;
    }
    decide(changed_);
    return changed_;
}

Encodings encodingsOf(const PreparedModel& restored, const PreparedModel& model, const Encodings& encodings) {
    Encodings renamed = encodings;
    for (const auto& [id, qconfig] : restored.observed) {
        if (const QParams* qparams = qparamsOf(model, encodings, id.value, gridText(qconfig.activation))) {
            renamed.activations.insert_or_assign(restored.keyOf(id), *qparams);
        }
    }
    return renamed;
}

}  // namespace qs
