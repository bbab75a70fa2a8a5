#include "ops/op.h"
#include "quant/ptq.h"

namespace qs {

Result<Observer> makeActivationObserver(const PreparedModel& model, const GridId& id,
                                        const TensorQConfig& config) {
    const auto fixed = id.grid.empty() ? model.fixed.find(id.value) : model.fixed.end();
    if (fixed != model.fixed.end()) {
        return Observer::knowing(fixedOutputQParams(fixed->second, config));
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
