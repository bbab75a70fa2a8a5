#include "exporters/onnx/check.h"

#include <onnx/checker.h>
#include <onnx/defs/schema.h>
#include <onnx/shape_inference/implementation.h>

#include <unordered_set>

#include "core/guard.h"

namespace qs {

namespace {

Error refused(const std::string& fileName, const std::string& why) {
    return failure("the ONNX checker refuses " + fileName + ": " + why);
}

}  // namespace

int newestCheckedOpset() {
    return onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map().at("").second;
}

Status checkOnnx(onnx::ModelProto& model, const std::string& fileName) {
    return guard("the ONNX checker refuses " + fileName, [&] {
        onnx::checker::check_model(model);
        onnx::shape_inference::InferShapes(
            model, onnx::OpSchemaRegistry::Instance(),
            onnx::ShapeInferenceOptions(/*check_type=*/true, /*strict_mode=*/1));
    });
}

Status checkOnnxOrder(const onnx::GraphProto& graph, const std::string& fileName) {
    std::unordered_set<std::string> known{""};
    const auto add = [&](const std::string& name) { return known.insert(name).second; };
    for (const onnx::ValueInfoProto& input : graph.input()) {
        add(input.name());
    }
    for (const onnx::TensorProto& constant : graph.initializer()) {
        if (!add(constant.name())) {
            return refused(fileName, "two tensors are called " + constant.name());
        }
    }
    for (const onnx::NodeProto& node : graph.node()) {
        for (const std::string& input : node.input()) {
            if (!known.contains(input)) {
                return refused(fileName, "node " + node.name() + " reads " + input + ", which nothing makes");
            }
        }
        for (const std::string& output : node.output()) {
            if (!add(output)) {
                return refused(fileName, "two tensors are called " + output);
            }
        }
    }
    for (const onnx::ValueInfoProto& output : graph.output()) {
        if (!known.contains(output.name())) {
            return refused(fileName, "nothing makes the output " + output.name());
        }
    }
    return {};
}

}  // namespace qs
