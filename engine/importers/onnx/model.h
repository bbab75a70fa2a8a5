#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "graph/qparams.h"

namespace onnx {
class GraphProto;
class ModelProto;
class NodeProto;
class TensorProto;
}  // namespace onnx

namespace qs {

/// A node for messages: "node NAME (OP)", by its first output where it has no name.
std::string describe(const ::onnx::NodeProto& node);

/// An ONNX file in memory: its messages, and its tensors, taken out of them. Tensors share their memory with
/// the graphs that are traced from it.
class OnnxModel {
  public:
    /// Reads the file and refuses, with one line, what is damaged or cannot be imported whatever the input
    /// shapes: models quantized while they run, models that train, strings and sparse tensors.
    static Result<std::unique_ptr<OnnxModel>> read(const std::filesystem::path& path);
    ~OnnxModel();

    const ::onnx::ModelProto& proto() const { return *proto_; }
    const ::onnx::GraphProto& graph() const;
    /// Version of an operator set that the model was written for; 0 where it does not name the domain.
    int64_t opset(const std::string& domain) const;
    /// An initializer or a tensor attribute of this model.
    const at::Tensor& tensor(const ::onnx::TensorProto& proto) const { return tensors_.at(&proto); }
    /// The transpose of a matrix that shares its memory: one tensor however often it is asked for.
    at::Tensor transposed(const at::Tensor& matrix);
    /// The grid that a constant lies on because the file holds it as integers; null for all others.
    const QParams* gridOf(const at::Tensor& constant) const;
    void setGrid(const at::Tensor& constant, const QParams& grid);
    /// How many bytes of constants a trace may compute: what a sound model of this size can need.
    int64_t constantLimit() const { return constantLimit_; }
    int64_t widenedTensors() const { return widened_; }
    int64_t roundedTensors() const { return rounded_; }

    /// Results of nodes that read only weights, and so are the same in every trace.
    std::unordered_map<const ::onnx::NodeProto*, std::vector<at::Tensor>>& folded() { return folded_; }

  private:
    OnnxModel();
    void takeTensors(const std::filesystem::path& path);

    struct Transposed {
        at::Tensor source;
        at::Tensor result;
    };
    std::unique_ptr<::onnx::ModelProto> proto_;
    std::unordered_map<const ::onnx::TensorProto*, at::Tensor> tensors_;
    struct OnGrid {
        at::Tensor constant;  ///< so that its address stays its own
        QParams grid;
    };
    std::unordered_map<const at::TensorImpl*, Transposed> transposed_;
    std::unordered_map<const at::TensorImpl*, OnGrid> grids_;
    std::unordered_map<const ::onnx::NodeProto*, std::vector<at::Tensor>> folded_;
    int64_t constantLimit_ = 0;
    int64_t widened_ = 0;
    int64_t rounded_ = 0;
};

}  // namespace qs
