#include "exporters/fused_graph.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>

#include "core/files.h"

namespace qs::test {

namespace {

void makeSymmetric(std::optional<QParams>& qparams) {
    if (!qparams) {
        return;
    }
    double largest = 0;
    for (const int64_t q : {qparams->quantMin, qparams->quantMax}) {
        largest = std::max(
            largest, std::abs(static_cast<double>(q - qparams->zeroPoint.at(0))) * qparams->scale.at(0));
    }
    // Not 127: on that grid some means of the cases lie halfway between two integers.
    const double scale = static_cast<float>(largest / 127.25);
    *qparams = {DType::Int8, -1, {scale}, {0}, -128, 127};
}

}  // namespace

onnx::ModelProto readOnnx(const std::filesystem::path& path) {
    onnx::ModelProto model;
    EXPECT_TRUE(model.ParseFromString(readFile(path).value())) << path;
    return model;
}

std::map<std::string, int> countOps(const onnx::ModelProto& model) {
    std::map<std::string, int> counts;
    for (const onnx::NodeProto& node : model.graph().node()) {
        ++counts[node.op_type()];
    }
    return counts;
}

std::set<std::string> floatOpsBetweenIntegers(const onnx::ModelProto& optimized) {
    const auto& nodes = optimized.graph().node();
    std::set<std::string> fromIntegers, toIntegers;  // tensors
    const auto anyOf = [](const auto& names, const std::set<std::string>& set) {
        return std::any_of(names.begin(), names.end(), [&](const auto& name) { return set.contains(name); });
    };
    for (const onnx::NodeProto& node : nodes) {
        const bool dequantizes = node.op_type() == "DequantizeLinear";
        if (dequantizes || (node.op_type() != "QuantizeLinear" && anyOf(node.input(), fromIntegers))) {
            fromIntegers.insert(node.output().begin(), node.output().end());
        }
    }
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        const bool quantizes = node->op_type() == "QuantizeLinear";
        if (quantizes || (node->op_type() != "DequantizeLinear" && anyOf(node->output(), toIntegers))) {
            toIntegers.insert(node->input().begin(), node->input().end());
        }
    }
    std::set<std::string> found;
    for (const onnx::NodeProto& node : nodes) {
        const bool boundary = node.op_type() == "QuantizeLinear" || node.op_type() == "DequantizeLinear";
        if (!boundary && anyOf(node.input(), fromIntegers) && anyOf(node.output(), toIntegers)) {
            found.insert(node.op_type());
        }
    }
    return found;
}

QuantizedGraph symmetric(QuantizedGraph graph, bool rounds) {
    for (QValue& value : graph.values) {
        makeSymmetric(value.qparams);
    }
    for (QNode& node : graph.nodes) {
        makeSymmetric(node.preAdd);
        if (!rounds) {
            node.preAdd.reset();
        }
    }
    return graph;
}

bool takesZeroPoints(const std::string& target) {
    return target != "tensorrt" && target != "coreml-friendly";
}

QuantizedGraph forTarget(const QuantizedGraph& graph, const std::string& target) {
    return takesZeroPoints(target) ? graph : symmetric(graph, /*rounds=*/target != "tensorrt");
}

}  // namespace qs::test
