#include "exporters/torchscript/byte_activations.h"

namespace qs {

namespace {

constexpr int64_t kOffset = 128;

/// Whether the range fits.
bool makeByte(std::optional<QParams>& qparams) {
    if (!qparams) {
        return true;
    }
    if (infoOf(qparams->dtype).isSigned) {
        qparams->quantMin += kOffset;
        qparams->quantMax += kOffset;
        for (int64_t& zero : qparams->zeroPoint) {
            zero += kOffset;
        }
    }
    qparams->dtype = DType::UInt8;
    return qparams->quantMin >= 0 && qparams->quantMax <= 255;
}

}  // namespace

Result<QuantizedGraph> withByteActivations(QuantizedGraph graph) {
    for (QNode& node : graph.nodes) {
        bool fits = makeByte(node.preAdd);
        for (const ValueId id : node.outputs) {
            fits = makeByte(graph.values.at(static_cast<size_t>(id.index)).qparams) && fits;
        }
        if (!fits) {
            return failure(
                "layer " + node.layer +
                ": TorchScript's quantized kernels take activations of 8 bits; choose a preset with "
                "uint8 or int8 activations for it");
        }
    }
    return graph;
}

}  // namespace qs
