#include "core/guard.h"
#include "isolation/temporary_folder.h"
#include "onnxruntime/session.h"
#include "verify/file_runtime.h"
#include "verify/onnx_layers.h"
#include "verify/onnx_weights.h"

namespace qs {

namespace {

class OnnxRuntimeFile : public FileSession {
  public:
    OnnxRuntimeFile(const FileFacts& facts, int threads, std::unique_ptr<TemporaryFolder> folder,
                    std::unique_ptr<OnnxRuntimeSession> model)
        : facts_(facts), threads_(threads), folder_(std::move(folder)), model_(std::move(model)) {}

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs) override {
        return runOn(*model_, inputs);
    }
    Result<Layers> runLayers(std::span<const at::Tensor> inputs) override {
        if (!withLayers_) {
            QS_ASSIGN(copy_, writeOnnxWithLayers(facts_.path, facts_.layers, folder_->path()));
            QS_ASSIGN(withLayers_, OnnxRuntimeSession::open({copy_.path, threads_, folder_->path()}));
        }
        QS_ASSIGN(const std::vector<at::Tensor> all, runOn(*withLayers_, inputs));
        const auto own = all.begin() + static_cast<std::ptrdiff_t>(copy_.outputs);
        Layers layers{{all.begin(), own}, {}};
        for (const auto& [layer, tensors] : copy_.layers) {
            for (const size_t tensor : tensors) {
                layers.values[layer].push_back(all.at(tensor));
            }
        }
        return layers;
    }
    Result<int64_t> integerWeights() const override { return onnxIntegerWeights(facts_.path); }
    Result<double> time(std::span<const at::Tensor> inputs) override {
        QS_TRY(model_->setInputs(inputs));
        QS_ASSIGN(const OnnxRuntimeSession::Times times, model_->time());
        return times.wallMs;
    }
    std::string version() const override { return model_->version(); }
    std::string whyNoLayers() const override { return whyNoLayersIn(facts_); }

  private:
    static Result<std::vector<at::Tensor>> runOn(OnnxRuntimeSession& session,
                                                 std::span<const at::Tensor> inputs) {
        QS_TRY(session.setInputs(inputs));
        return session.run();
    }

    FileFacts facts_;
    int threads_;
    std::unique_ptr<TemporaryFolder> folder_;
    std::unique_ptr<OnnxRuntimeSession> model_;
    OnnxWithLayers copy_;
    std::unique_ptr<OnnxRuntimeSession> withLayers_;  ///< runs copy_, once asked for
};

Result<std::unique_ptr<FileSession>> open(const FileFacts& facts, int threads) {
    QS_ASSIGN(auto folder, TemporaryFolder::make());
    std::error_code error;
    auto model =
        OnnxRuntimeSession::open({std::filesystem::absolute(facts.path, error), threads, folder->path()});
    if (!model) {
        return failure("ONNX Runtime cannot open " + facts.path.string() + ": " + model.error().message);
    }
    return std::unique_ptr<FileSession>(
        std::make_unique<OnnxRuntimeFile>(facts, threads, std::move(folder), std::move(*model)));
}

}  // namespace

void register_onnxruntime(Registry<FileRuntime>& registry) {
    registry.add("onnxruntime", {.description = "ONNX Runtime in a process of node (onnxruntime-node)",
                                 .matches = [](FileFormat format) { return format == FileFormat::Onnx; },
                                 .whyAbsent = OnnxRuntimeSession::whyAbsent,
                                 .open = open});
}

}  // namespace qs
