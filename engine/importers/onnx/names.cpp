#include "importers/onnx/names.h"

#include <onnx/onnx_pb.h>

#include <vector>

namespace qs {

namespace {

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    size_t begin = 0;
    for (size_t slash = text.find('/'); slash != std::string::npos; slash = text.find('/', begin)) {
        parts.push_back(text.substr(begin, slash - begin));
        begin = slash + 1;
    }
    parts.push_back(text.substr(begin));
    return parts;
}

std::string modulePath(const std::string& name) {
    std::vector<std::string> parts = split(name.substr(1));
    parts.pop_back();
    std::vector<std::string> path;
    for (std::string& part : parts) {
        if (!path.empty() && part.starts_with(path.back() + ".")) {
            path.back() = std::move(part);
        } else {
            path.push_back(std::move(part));
        }
    }
    std::string text;
    for (const std::string& part : path) {
        text += (text.empty() ? "" : ".") + part;
    }
    return text;
}

/// "Conv_12" for "Conv": an operator's name, or that of a module's further uses, and a number.
bool isNumbered(const std::string& name, const std::string& base) {
    const std::string prefix = base + "_";
    return name.starts_with(prefix) && name.size() > prefix.size() &&
           name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
}

/// "layer1.0.conv1" for a node that reads "layer1.0.conv1.weight", or what ONNX Runtime's quantizer makes of
/// it; else empty.
std::string moduleOfWeight(const ::onnx::NodeProto& node) {
    for (const std::string suffix : {".weight", ".weight_DequantizeLinear_Output", ".weight_quantized"}) {
        for (const std::string& input : node.input()) {
            if (input.ends_with(suffix)) {
                return input.substr(0, input.size() - suffix.size());
            }
        }
    }
    return {};
}

}  // namespace

std::string onnxScope(const ::onnx::NodeProto& node) {
    const std::string& name = node.name();
    if (name.empty()) {
        return node.output_size() > 0 ? node.output(0) : node.op_type();
    }
    const std::string weighted = moduleOfWeight(node);
    if (name[0] == '/') {
        const std::string path = modulePath(name);
        return !weighted.empty() && isNumbered(path, weighted) ? weighted : path;
    }
    return isNumbered(name, node.op_type()) && !weighted.empty() ? weighted : name;
}

}  // namespace qs
