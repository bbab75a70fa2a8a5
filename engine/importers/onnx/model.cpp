#include "importers/onnx/model.h"
#include "importers/onnx/functions.h"

#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <string_view>

#include "core/guard.h"
#include "importers/onnx/tensors.h"
#include "importers/tracer.h"

namespace qs {

using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;

namespace {

/// Operators and attributes of ONNX's training, which appear in files without any other operator set.
constexpr std::string_view kTraining = "ai.onnx.preview.training";
constexpr int64_t kSmallestLimit = int64_t{1} << 30;

Result<std::unique_ptr<ModelProto>> parse(const std::filesystem::path& path, uintmax_t size) {
    if (size > static_cast<uintmax_t>(std::numeric_limits<int32_t>::max())) {
        return failure(path.string() +
                       " is larger than 2 GB, which one ONNX file cannot be: save it with external data "
                       "(onnx.save(model, path, save_as_external_data=True))");
    }
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return failure("cannot read " + path.string());
    }
    // The parser reports what it dislikes on stderr; the caller gets one line instead.
    const google::protobuf::LogSilencer silence;
    google::protobuf::io::FileInputStream stream(file, 1 << 20);
    stream.SetCloseOnDelete(true);
    auto proto = std::make_unique<ModelProto>();
    if (!proto->ParseFromZeroCopyStream(&stream)) {
        return failure(path.string() + " is damaged or truncated: it cannot be read as an ONNX model");
    }
    return proto;
}

/// Visits all nodes of a graph and of the graphs within it.
void forEachNode(const GraphProto& graph, const std::function<void(const NodeProto&)>& visit) {
    for (const NodeProto& node : graph.node()) {
        visit(node);
        for (const AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) {
                forEachNode(attribute.g(), visit);
            }
            for (const GraphProto& body : attribute.graphs()) {
                forEachNode(body, visit);
            }
        }
    }
}

/// Operators of models whose activations are quantized while they run, or whose weights alone are.
bool isDynamicallyQuantized(const std::string& op) {
    static const char* const kinds[] = {"DynamicQuantizeLinear", "MatMulInteger",
                                        "ConvInteger",           "MatMulNBits",
                                        "MatMulIntegerToFloat",  "DynamicQuantizeMatMul"};
    return std::find(std::begin(kinds), std::end(kinds), op) != std::end(kinds);
}

Status checkModel(const ModelProto& model, int64_t opset) {
    if (!model.has_graph() || (model.graph().node().empty() && model.graph().output().empty())) {
        return failure("it has no graph: it is no ONNX model, or damaged");
    }
    const auto trains = [](const NodeProto& node) { return node.domain() == kTraining; };
    if (!model.training_info().empty() || std::ranges::any_of(model.graph().node(), trains)) {
        return failure("it is a training model: export the network for inference");
    }
    if (opset == 0) {
        return failure("it does not say which opset it uses: it is damaged");
    }
    if (!model.graph().sparse_initializer().empty()) {
        return failure("its initializer " + model.graph().sparse_initializer(0).values().name() +
                       " is sparse, which is not supported: save dense weights");
    }
    Status status;
    forEachNode(model.graph(), [&](const NodeProto& node) {
        if (status && isDynamicallyQuantized(node.op_type())) {
            status = failure(describe(node) +
                             ": the model is already quantized, dynamically or in its weights alone (" +
                             node.op_type() + "): open the FP32 model that it was made from");
        }
    });
    return status;
}

}  // namespace

std::string describe(const NodeProto& node) {
    const std::string name = !node.name().empty()     ? node.name()
                             : node.output_size() > 0 ? node.output(0)
                                                      : "without a name";
    const bool isDefault = node.domain().empty() || node.domain() == "ai.onnx";
    return "node " + name + " (" + (isDefault ? "" : node.domain() + "::") + node.op_type() + ")";
}

OnnxModel::OnnxModel() = default;
OnnxModel::~OnnxModel() = default;

Result<std::unique_ptr<OnnxModel>> OnnxModel::read(const std::filesystem::path& path) {
    const uintmax_t size = std::filesystem::file_size(path);
    std::unique_ptr<OnnxModel> model(new OnnxModel());
    QS_ASSIGN(model->proto_, parse(path, size));
    Status sound = inlineFunctions(*model->proto_);
    if (sound) {
        sound = checkModel(*model->proto_, model->opset(""));
    }
    if (!sound) {
        return failure(path.string() + ": " + sound.error().message);
    }
    QS_TRY(guard(path.string(), [&] { model->takeTensors(path); }));
    int64_t weights = 0;
    for (const auto& [proto, tensor] : model->tensors_) {
        weights += tensor.numel() * static_cast<int64_t>(tensor.element_size());
    }
    model->constantLimit_ = std::max(kSmallestLimit, 4 * weights);
    return model;
}

const GraphProto& OnnxModel::graph() const {
    return proto_->graph();
}

int64_t OnnxModel::opset(const std::string& domain) const {
    for (const auto& import : proto_->opset_import()) {
        if (import.domain() == domain || (domain.empty() && import.domain() == "ai.onnx")) {
            return import.version();
        }
    }
    return 0;
}

void OnnxModel::takeTensors(const std::filesystem::path& path) {
    OnnxTensorReader reader(path);
    const std::function<void(GraphProto&)> visit = [&](GraphProto& graph) {
        for (auto& initializer : *graph.mutable_initializer()) {
            tensors_.emplace(&initializer, reader.take(initializer));
        }
        for (NodeProto& node : *graph.mutable_node()) {
            for (AttributeProto& attribute : *node.mutable_attribute()) {
                if (attribute.has_t()) {
                    if (attribute.t().name().empty()) {
                        attribute.mutable_t()->set_name("of " + describe(node));
                    }
                    tensors_.emplace(&attribute.t(), reader.take(*attribute.mutable_t()));
                }
                if (attribute.has_g()) {
                    visit(*attribute.mutable_g());
                }
            }
        }
    };
    visit(*proto_->mutable_graph());
    widened_ = reader.widened();
    rounded_ = reader.rounded();
}

const QParams* OnnxModel::gridOf(const at::Tensor& constant) const {
    const auto known = grids_.find(constant.unsafeGetTensorImpl());
    return known == grids_.end() ? nullptr : &known->second.grid;
}

void OnnxModel::setGrid(const at::Tensor& constant, const QParams& grid) {
    grids_[constant.unsafeGetTensorImpl()] = {constant, grid};
}

at::Tensor OnnxModel::transposed(const at::Tensor& matrix) {
    auto [known, isNew] = transposed_.try_emplace(matrix.unsafeGetTensorImpl());
    if (isNew) {
        known->second = {matrix, matrix.t()};
    }
    return known->second.result;
}

}  // namespace qs
