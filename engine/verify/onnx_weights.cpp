#include "verify/onnx_weights.h"

#include <onnx/onnx_pb.h>

#include <map>
#include <set>
#include <string>

#include "core/files.h"

namespace qs {

namespace {

/// Where operators take their weight: on real numbers, and on integers.
const std::map<std::string, int> kRealOperators{
    {"Conv", 1}, {"ConvTranspose", 1}, {"Gemm", 1}, {"MatMul", 1}};
const std::map<std::string, int> kIntegerOperators{
    {"QLinearConv", 3}, {"QLinearMatMul", 3}, {"QGemm", 3}, {"ConvInteger", 1}, {"MatMulInteger", 1}};

bool reads(const onnx::NodeProto& node, const std::map<std::string, int>& operators,
           const std::set<std::string>& tensors) {
    const auto found = operators.find(node.op_type());
    return found != operators.end() && found->second < node.input_size() &&
           tensors.contains(node.input(found->second));
}

}  // namespace

Result<int64_t> onnxIntegerWeights(const std::filesystem::path& path) {
    QS_ASSIGN(const std::string bytes, readFile(path));
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) {
        return failure(path.string() + " is no ONNX model");
    }
    std::set<std::string> constants, integers, reals;
    for (const onnx::TensorProto& tensor : model.graph().initializer()) {
        const bool bytesEach =
            tensor.data_type() == onnx::TensorProto::INT8 || tensor.data_type() == onnx::TensorProto::UINT8;
        if (tensor.dims_size() > 1) {
            (bytesEach ? integers : constants).insert(tensor.name());
        }
    }
    int64_t count = 0;
    for (const onnx::NodeProto& node : model.graph().node()) {
        if (node.input_size() > 0 && node.output_size() > 0) {
            if (node.op_type() == "QuantizeLinear" && constants.contains(node.input(0))) {
                integers.insert(node.output(0));
            } else if (node.op_type() == "DequantizeLinear" && integers.contains(node.input(0))) {
                reals.insert(node.output(0));
            }
        }
        count += reads(node, kRealOperators, reals) || reads(node, kIntegerOperators, integers) ? 1 : 0;
    }
    return count;
}

}  // namespace qs
