#include "graph/signed_activations.h"

namespace qs {

namespace {

constexpr int64_t kOffset = 128;

void makeSigned(std::optional<QParams>& qparams) {
    if (!qparams || infoOf(qparams->dtype).isSigned) {
        return;
    }
    qparams->dtype = DType::Int8;
    qparams->quantMin -= kOffset;
    qparams->quantMax -= kOffset;
    for (int64_t& zero : qparams->zeroPoint) {
        zero -= kOffset;
    }
}

}  // namespace

QuantizedGraph withSignedActivations(QuantizedGraph graph) {
    for (QValue& value : graph.values) {
        makeSigned(value.qparams);
    }
    for (QNode& node : graph.nodes) {
        makeSigned(node.preAdd);
    }
    return graph;
}

}  // namespace qs
