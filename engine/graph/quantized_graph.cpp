#include "graph/quantized_graph.h"

#include <sstream>

namespace qs {

int64_t QuantizedGraph::parameterBytes() const {
    int64_t bytes = 0;
    for (const auto& node : nodes) {
        if (node.weightInt) {
            bytes +=
                node.weightInt->numel() + int64_t{4} * static_cast<int64_t>(node.weightQParams->scale.size());
        } else if (node.weight) {
            bytes += node.weight->numel() * 4;
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
        print(node.outputs.at(0));
        out << " = " << node.op << (node.hasAdd ? "+add" : "")
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
