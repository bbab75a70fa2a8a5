#include "quant/ptq.h"

namespace qs {

namespace {

std::string widthText(DType dtype) {
    const DTypeInfo& type = infoOf(dtype);
    if (!type.isInteger) {
        return "fp" + std::to_string(type.bits);
    }
    // The information in one of three values.
    return dtype == DType::Ternary ? "1.58" : std::to_string(type.bits);
}

/// The dtype on whose grid the group reads its activations.
DType activationType(const PreparedModel& model, size_t group) {
    const auto read = model.observed.find(model.reads[group].at(0));
    return read == model.observed.end() ? model.qconfigs[group].qconfig.activation.dtype
                                        : read->second.activation.dtype;
}

}  // namespace

std::string precisionText(const PreparedModel& model, size_t group) {
    const Node& primary = model.graph.node(model.groups[group].primary);
    const OpDef* def = ops().find(primary.op);
    const bool isWeighted = def && def->quant == QuantKind::Weighted;
    const std::string weight = widthText(model.qconfigs[group].qconfig.weight.dtype);
    switch (model.computes[group]) {
        case Compute::Float32:
            return "fp32";
        case Compute::Float16:
            return "fp16";
        case Compute::BFloat16:
            return "bf16";
        case Compute::Dynamic:
            return weight == "8" ? "int8_dynamic" : "w" + weight + "_dynamic";
        case Compute::WeightOnly:
            return "w" + weight;
        case Compute::Integer:
        case Compute::Simulated:
            break;
    }
    const std::string activation = widthText(activationType(model, group));
    if (!isWeighted) {
        return activation == "8" ? "int8" : activation == "fp8" ? "fp8" : "a" + activation;
    }
    return weight == "8" && activation == "8"       ? "int8"
           : weight == "fp8" && activation == "fp8" ? "fp8"
                                                    : "w" + weight + "a" + activation;
}

}  // namespace qs
