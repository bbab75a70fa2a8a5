#include "graph/quantized_graph.h"

#include <sstream>

namespace qs {

std::vector<at::Tensor> QNode::arguments(std::span<const at::Tensor> activations) const {
    std::vector<at::Tensor> all;
    size_t constant = 0;
    for (const at::Tensor& activation : activations) {
        while (constant < constantPositions.size() && constantPositions[constant] == all.size()) {
            all.push_back(constants[constant++]);
        }
        all.push_back(activation);
    }
    all.insert(all.end(), constants.begin() + static_cast<std::ptrdiff_t>(constant), constants.end());
    return all;
}

int64_t QuantizedGraph::parameterBytes() const {
    int64_t bytes = 0;
    for (const auto& node : nodes) {
        if (node.weightInt) {
            bytes +=
                node.weightInt->numel() + int64_t{4} * static_cast<int64_t>(node.weightQParams->scale.size());
        } else if (node.weight) {
            bytes += node.weight->numel() * (node.bfloat16 ? 2 : 4);
        }
        for (const auto& constant : node.constants) {
            bytes += constant.numel() * 4;
        }
        if (node.bias) {
            bytes += node.bias->numel() * 4;
        }
    }
    return bytes;
}

std::string QuantizedGraph::dump() const {
    std::ostringstream out;
    const auto print = [&](ValueId id) {
        const QValue& v = value(id);
        out << '%' << v.name;
        if (v.qparams) {
            out << ':' << toString(v.qparams->dtype) << "(s=" << v.qparams->scale[0]
                << ", z=" << v.qparams->zeroPoint[0] << ')';
        }
    };
    for (const auto& node : nodes) {
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            out << (i ? ", " : "");
            print(node.outputs[i]);
        }
        out << " = " << node.op << (node.bfloat16 ? "[bf16]" : "") << (node.hasAdd ? "+add" : "")
            << (node.activation.kind == FusedActivation::Kind::Relu   ? "+relu"
                : node.activation.kind == FusedActivation::Kind::Clip ? "+clip"
                                                                      : "")
            << '(';
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            out << (i ? ", " : "");
            print(node.inputs[i]);
        }
        out << ")  # " << node.layer << '\n';
    }
    return out.str();
}

}  // namespace qs
