#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace onnx {
class TensorProto;
}

namespace qs {

/// ONNX's number of an element type (TensorProto::DataType) as LibTorch's, after widening: fp16 and bf16 are
/// float, unsigned types that LibTorch lacks the next wider signed one. Nothing for strings, complex, 8-bit
/// and 4-bit floats and integers of less than a byte.
std::optional<at::ScalarType> onnxElementType(int type);
/// ONNX's number of the type of this name ("FLOAT16"), or 0.
int onnxElementNumber(const std::string& name);
/// "float16", "string", ...; for messages.
std::string onnxElementName(int type);

/// Turns the tensors of an ONNX file into LibTorch's without copying what can stay where it is: raw data is
/// taken out of the message and kept by the tensor, external data is mapped.
class OnnxTensorReader {
  public:
    /// `model` is the file that the tensors belong to: external data lies in its folder or below.
    explicit OnnxTensorReader(std::filesystem::path model) : model_(std::move(model)) {}

    /// The tensor, with its data taken out of the message. Throws ImportError, naming the tensor, for data
    /// that does not match the shape, strings, missing external data, or a type that cannot be represented.
    at::Tensor take(::onnx::TensorProto& proto);

    /// How many tensors were fp16 or bf16.
    int64_t widened() const { return widened_; }
    /// How many tensors that are no scalars are fp64, which is float32 wherever an activation meets it.
    int64_t rounded() const { return rounded_; }

  private:
    struct Mapping;
    struct Bytes;
    Bytes takeBytes(::onnx::TensorProto& proto, const std::string& name, size_t size);
    std::shared_ptr<Mapping> map(const std::string& location, const std::string& name);

    std::filesystem::path model_;
    std::map<std::string, std::shared_ptr<Mapping>> mappings_;
    int64_t widened_ = 0;
    int64_t rounded_ = 0;
};

}  // namespace qs
