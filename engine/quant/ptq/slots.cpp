#include "quant/observers/fixed_range.h"
#include "quant/ptq.h"

namespace qs {

Result<std::unique_ptr<Observer>> makeActivationObserver(const PreparedModel& model, ValueId value,
                                                         const TensorQConfig& config) {
    if (const auto fixed = model.fixed.find(value); fixed != model.fixed.end()) {
        return makeFixedRangeObserver(fixed->second.low, fixed->second.high, config);
    }
    return makeObserver(config);
}

TensorQConfig weightConfig(const Node& node, const TensorQConfig& config) {
    const OpDef* def = ops().find(node.op);
    if (!def || !def->weightPerTensor || config.granularity == Granularity::PerTensor) {
        return config;
    }
    constexpr std::string_view perChannel = "per_channel_";
    TensorQConfig perTensor = config;
    perTensor.granularity = Granularity::PerTensor;
    if (const size_t at = perTensor.observer.find(perChannel); at != std::string::npos) {
        perTensor.observer.erase(at, perChannel.size());
    }
    return perTensor;
}

}  // namespace qs
