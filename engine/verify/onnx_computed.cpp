#include "verify/onnx_computed.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "core/match.h"

namespace qs {

namespace {

using Producers = std::map<std::string, const onnx::NodeProto*>;

constexpr std::array<std::string_view, 6> kMoving{"Transpose", "Reshape",   "Clip",
                                                  "Squeeze",   "Unsqueeze", "Flatten"};

bool onlyMoves(const onnx::NodeProto& node) {
    return std::ranges::find(kMoving, node.op_type()) != kMoving.end();
}

const onnx::NodeProto* producerOf(const Producers& producers, const std::string& tensor) {
    const auto found = producers.find(tensor);
    return found == producers.end() ? nullptr : found->second;
}

/// The operators between a QuantizeLinear and the DequantizeLinears before it.
std::vector<std::string> floatOperators(const Producers& producers, const onnx::NodeProto& quantize) {
    std::vector<std::string> names;
    std::set<const onnx::NodeProto*> seen{nullptr};
    std::vector<const onnx::NodeProto*> open{producerOf(producers, quantize.input(0))};
    while (!open.empty()) {
        const onnx::NodeProto* node = open.back();
        open.pop_back();
        if (!seen.insert(node).second || node->op_type() == "DequantizeLinear") {
            continue;
        }
        if (!onlyMoves(*node) && std::ranges::find(names, node->op_type()) == names.end()) {
            names.push_back(node->op_type());
        }
        for (const std::string& input : node->input()) {
            open.push_back(producerOf(producers, input));
        }
    }
    return names;
}

}  // namespace

Result<std::map<std::string, FileSession::Computed>> readComputed(const std::filesystem::path& optimized) {
    QS_ASSIGN(const std::string bytes, readFile(optimized));
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) {
        return failure(optimized.string() + " is no ONNX model");
    }
    Producers producers;
    for (const auto& node : model.graph().node()) {
        for (const std::string& output : node.output()) {
            producers[output] = &node;
        }
    }
    std::map<std::string, FileSession::Computed> computed;
    for (const auto& [tensor, last] : producers) {
        const onnx::NodeProto* node = last;
        while (node != nullptr && onlyMoves(*node)) {
            node = producerOf(producers, node->input(0));
        }
        if (node == nullptr) {
            continue;
        }
        if (node->op_type() != "QuantizeLinear") {
            computed[tensor] = {node->op_type(), false};
        } else if (const auto names = floatOperators(producers, *node); !names.empty()) {
            computed[tensor] = {join(names), true};
        }
    }
    return computed;
}

}  // namespace qs
