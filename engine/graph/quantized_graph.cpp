#include "graph/quantized_graph.h"

#include <set>
#include <sstream>
#include <tuple>

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

bool isEmulated(Compute compute) {
    return compute == Compute::Simulated || compute == Compute::Dynamic || compute == Compute::Float16;
}

std::string_view toString(Compute compute) {
    switch (compute) {
        case Compute::Float32:
            return "float32";
        case Compute::Float16:
            return "float16";
        case Compute::BFloat16:
            return "bfloat16";
        case Compute::Integer:
            return "integer";
        case Compute::Dynamic:
            return "dynamic";
        case Compute::WeightOnly:
            return "weight_only";
        case Compute::Simulated:
            return "simulated";
    }
    return "";
}

namespace {

int64_t weightBytes(const QNode& node) {
    const auto& grid = node.weightQParams ? node.weightQParams : node.weightGrid;
    if (grid) {
        const int64_t bits = node.weight->numel() * infoOf(grid->dtype).bits;
        return (bits + 7) / 8 + int64_t{4} * static_cast<int64_t>(grid->scale.size());
    }
    const bool isHalf = node.compute == Compute::Float16 || node.compute == Compute::BFloat16;
    return node.weight->numel() * (isHalf ? 2 : 4);
}

}  // namespace

int64_t QuantizedGraph::parameterBytes() const {
    std::set<std::tuple<const void*, at::ScalarType, int64_t>> counted;
    const auto isNew = [&](const at::Tensor& tensor) {
        return tensor.numel() == 0 ||
               counted.emplace(tensor.data_ptr(), tensor.scalar_type(), tensor.numel()).second;
    };
    int64_t bytes = 0;
    for (const auto& node : nodes) {
        if (node.weight && isNew(node.weightInt ? *node.weightInt : *node.weight)) {
            bytes += weightBytes(node);
        }
        for (const auto& constant : node.constants) {
            bytes += isNew(constant) ? static_cast<int64_t>(constant.nbytes()) : 0;
        }
        if (node.bias && isNew(*node.bias)) {
            bytes += node.bias->numel() * 4;
        }
    }
    return bytes;
}

std::string QuantizedGraph::dump() const {
    const auto computeText = [](Compute compute) {
        const bool follows = compute == Compute::Float32 || compute == Compute::Integer;
        return follows ? std::string() : '[' + std::string(toString(compute)) + ']';
    };
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
        out << " = " << node.op << computeText(node.compute) << (node.hasAdd ? "+add" : "")
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
