#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "core/guard.h"
#include "importers/importer.h"
#include "importers/onnx/metadata.h"
#include "importers/onnx/model.h"
#include "importers/onnx/run.h"
#include "importers/onnx/sizes.h"
#include "importers/onnx/tensors.h"
#include "importers/tracer.h"

namespace qs {

namespace {

/// The file's first field, as protobuf writes it: ir_version, or for a model without one producer_name, graph
/// or opset_import.
bool matches(const std::filesystem::path& path) {
    if (path.extension() == ".onnx") {
        return true;
    }
    std::array<char, 2> first{};
    std::ifstream(path, std::ios::binary).read(first.data(), first.size());
    return first[0] == 0x08 && first[1] >= 3 && first[1] < 64;
}

InputSpec declared(const ::onnx::ValueInfoProto& info) {
    InputSpec spec;
    spec.name = info.name();
    if (!info.type().has_tensor_type()) {
        throw ImportError("input " + info.name() +
                          " is no tensor but a sequence, map or optional, which is not supported");
    }
    const auto& type = info.type().tensor_type();
    spec.dtype = onnxElementType(type.elem_type());
    if (!spec.dtype) {
        throw ImportError("input " + info.name() + " has elements of " + onnxElementName(type.elem_type()) +
                          ", which is not supported: start the network behind what reads them");
    }
    for (const auto& dim : type.shape().dim()) {
        spec.shape.push_back(dim.dim_value() > 0 ? dim.dim_value() : -1);
    }
    spec.scalar = type.has_shape() && spec.shape.empty();
    return spec;
}

/// An opened ONNX file. Inputs keep their order; initializers that are listed as inputs are none.
class OnnxFile final : public ModelFile {
  public:
    explicit OnnxFile(std::unique_ptr<OnnxModel> model) : model_(std::move(model)) {
        std::set<std::string_view> weights;
        for (const auto& initializer : model_->graph().initializer()) {
            weights.insert(initializer.name());
        }
        for (const auto& input : model_->graph().input()) {
            if (!weights.contains(input.name())) {
                inputs_.push_back(declared(input));
            }
        }
        if (model_->roundedTensors() > 0) {
            notes_.push_back(std::to_string(model_->roundedTensors()) +
                             " tensors were rounded from 64-bit floats to 32 bits");
        }
        if (model_->widenedTensors() > 0) {
            notes_.push_back(std::to_string(model_->widenedTensors()) +
                             " tensors were widened from 16-bit floats to 32 bits");
        }
    }

    std::vector<InputSpec> inputs() const override { return inputs_; }
    std::vector<std::string> classes() const override { return onnxClasses(model_->proto()); }
    std::vector<std::string> notes() const override { return notes_; }

    Result<TracedNetwork> trace(std::span<const InputSpec> inputs, const Job& job) const override {
        return guard("the ONNX model cannot be imported", [&]() -> Result<TracedNetwork> {
            try {
                checkInputs(inputs);
                const std::vector<InputSpec> wanted(inputs.begin(), inputs.end());
                return finishGraph(
                    batchOf(wanted),
                    [&](int64_t batch) { return traceOnnx(*model_, atBatch(wanted, batch), job); }, notes_,
                    job);
            } catch (const ImportError& error) {
                return failure(error.what());
            }
        });
    }

  private:
    void checkInputs(std::span<const InputSpec> inputs) const {
        if (inputs.size() != inputs_.size()) {
            throw ImportError("the model has " + std::to_string(inputs_.size()) + " inputs, not " +
                              std::to_string(inputs.size()));
        }
        for (size_t i = 0; i < inputs.size(); ++i) {
            if (!inputs_[i].shape.empty() && inputs[i].shape.size() != inputs_[i].shape.size()) {
                throw ImportError("input " + inputs_[i].name + " has " +
                                  std::to_string(inputs_[i].shape.size()) + " dimensions, not " +
                                  std::to_string(inputs[i].shape.size()));
            }
            if (!elementCount(inputs[i].shape)) {
                throw ImportError("input " + inputs_[i].name + " cannot have the shape " +
                                  shapeText(inputs[i].shape));
            }
        }
    }

    static int64_t batchOf(const std::vector<InputSpec>& inputs) {
        return inputs.empty() || inputs[0].shape.empty() ? 1 : inputs[0].shape[0];
    }

    /// The first axis is the batch in every input that agrees with the first one about it.
    std::vector<InputSpec> atBatch(std::vector<InputSpec> inputs, int64_t batch) const {
        const int64_t old = batchOf(inputs);
        for (size_t i = 0; i < inputs.size(); ++i) {
            inputs[i].name = inputs_[i].name;
            const bool sameKind = !inputs_[i].shape.empty() && !inputs_[0].shape.empty()
                                      ? (inputs_[i].shape[0] < 0) == (inputs_[0].shape[0] < 0)
                                      : true;
            if (!inputs[i].shape.empty() && inputs[i].shape[0] == old && sameKind) {
                inputs[i].shape[0] = batch;
            }
        }
        return inputs;
    }

    std::unique_ptr<OnnxModel> model_;
    std::vector<InputSpec> inputs_;
    mutable std::vector<std::string> notes_;
};

Result<std::unique_ptr<ModelFile>> open(const std::filesystem::path& path) {
    QS_ASSIGN(auto model, OnnxModel::read(path));
    return guard(path.string(), [&]() -> std::unique_ptr<ModelFile> {
        return std::make_unique<OnnxFile>(std::move(model));
    });
}

}  // namespace

void register_onnx(Registry<Importer>& registry) {
    registry.add("onnx", {matches, open});
}

}  // namespace qs
