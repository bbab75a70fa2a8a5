#include "exporters/onnx/profile.h"

#include <algorithm>

namespace qs {

namespace {

bool isSymmetric(const QParams& qparams) {
    return qparams.dtype == DType::Int8 && std::all_of(qparams.zeroPoint.begin(), qparams.zeroPoint.end(),
                                                       [](int64_t zero) { return zero == 0; });
}

Error refusal(const QNode& node, const QParams& qparams, const OnnxProfile& profile) {
    return failure("layer " + node.layer + ": " + profile.runtime +
                   " takes int8 with zero point 0, and this is " + std::string(toString(qparams.dtype)) +
                   " with zero point " + std::to_string(qparams.zeroPoint.at(0)) + ": quantize with preset " +
                   profile.preset);
}

}  // namespace

Status checkProfile(const QuantizedGraph& graph, const OnnxProfile& profile) {
    if (!profile.symmetric) {
        return {};
    }
    for (const QNode& node : graph.nodes) {
        for (const ValueId output : node.outputs) {
            const auto& qparams = graph.value(output).qparams;
            if (qparams && !isSymmetric(*qparams)) {
                return refusal(node, *qparams, profile);
            }
        }
        for (const auto& qparams : {node.preAdd, node.weightQParams}) {
            if (qparams && !isSymmetric(*qparams)) {
                return refusal(node, *qparams, profile);
            }
        }
    }
    return {};
}

}  // namespace qs
