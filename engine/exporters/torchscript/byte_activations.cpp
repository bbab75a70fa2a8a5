#include "exporters/torchscript/byte_activations.h"

#include "ops/fake_quantize.h"

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

/// TorchScript has no float8, and of numbers that each run rounds to a grid of its own no signs.
Status checkRounding(const QNode& node) {
    const bool isDynamic = node.op == "dynamic_fake_quantize";
    if (!isDynamic && node.op != "fake_quantize") {
        return {};
    }
    const DType dtype = isDynamic ? gridKindOf(node.attrs).dtype : gridOf(node.attrs).dtype;
    const DTypeInfo& type = infoOf(dtype);
    const bool isHalf = !type.isInteger && type.bits == 16 && !isDynamic;
    if (isHalf || (type.isInteger && !(isDynamic && dtype == DType::Binary))) {
        return {};
    }
    return failure("layer " + node.layer + ": its activations are " + std::string(type.name) +
                   ", for which TorchScript has no operators; choose another dtype for it");
}

}  // namespace

Result<QuantizedGraph> withByteActivations(QuantizedGraph graph) {
    for (QNode& node : graph.nodes) {
        QS_TRY(checkRounding(node));
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
