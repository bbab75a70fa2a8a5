#include "importers/onnx_model.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/sin.h>
#include <onnx/defs/parser.h>

#include <fstream>
#include <stdexcept>

#include "exporters/runners.h"
#include "importers/onnx/sizes.h"

namespace qs::test {

at::Tensor numbers(const Shape& shape) {
    const auto count = static_cast<double>(*elementCount(shape));
    return at::sin(at::arange(0.0, count, at::kFloat).mul(0.7).add(1)).reshape(shape);
}

::onnx::ModelProto parseModel(int opset, const Shape& input, const std::string& nodes,
                              const std::vector<Weight>& weights) {
    std::string extents;
    for (const int64_t extent : input) {
        extents += (extents.empty() ? "" : ",") + (extent < 0 ? std::string("N") : std::to_string(extent));
    }
    const std::string text = "<ir_version: 7, opset_import: [\"\" : " + std::to_string(opset) +
                             ", \"com.microsoft\" : 1]> g (float[" + extents + "] x) => (float[] y) {\n" +
                             nodes + "\n}";
    ::onnx::ModelProto model;
    const auto status = ::onnx::OnnxParser::Parse(model, text.c_str());
    if (!status.IsOK()) {
        throw std::runtime_error(status.ErrorMessage() + "\n" + text);
    }
    for (const Weight& weight : weights) {
        auto* initializer = model.mutable_graph()->add_initializer();
        initializer->set_name(weight.name);
        initializer->set_data_type(::onnx::TensorProto::FLOAT);
        for (const int64_t extent : weight.shape) {
            initializer->add_dims(extent);
        }
        const at::Tensor values = numbers(weight.shape);
        initializer->set_raw_data(values.data_ptr(), values.nbytes());
    }
    return model;
}

void save(const ::onnx::ModelProto& model, const std::filesystem::path& path) {
    std::ofstream stream(path, std::ios::binary);
    model.SerializeToOstream(&stream);
}

Result<ImportedModel> importModel(const ::onnx::ModelProto& model, const std::vector<InputSpec>& wanted) {
    const TemporaryFolder folder;
    save(model, folder / "model.onnx");
    return openModel(folder / "model.onnx", wanted);
}

}  // namespace qs::test
