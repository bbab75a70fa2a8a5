#include "ops/op.h"
#include "quant/ptq.h"

namespace qs {

Result<Observer> makeActivationObserver(const PreparedModel& model, const GridId& id,
                                        const TensorQConfig& config, const QParams* calibrated) {
    const auto fixed = id.grid.empty() ? model.fixed.find(id.value) : model.fixed.end();
    if (fixed != model.fixed.end()) {
        const QParams whole = fixedOutputQParams(fixed->second, config);
        const bool fits = calibrated && calibrated->dtype == whole.dtype &&
                          calibrated->quantMin == whole.quantMin && calibrated->quantMax == whole.quantMax;
        return Observer::knowing(fits ? *calibrated : whole);
    }
    return Observer::make(config);
}

TensorQConfig weightConfig(const Node& node, const TensorQConfig& config) {
    const OpDef* def = ops().find(node.op);
    TensorQConfig allowed = config;
    if (def && def->weightPerTensor) {
        allowed.granularity = Granularity::PerTensor;
        allowed.group = 0;
    }
    return allowed;
}

}  // namespace qs
