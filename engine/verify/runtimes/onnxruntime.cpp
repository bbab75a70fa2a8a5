#include "exporters/exporter.h"
#include "isolation/temporary_folder.h"
#include "onnxruntime/session.h"
#include "verify/file_runtime.h"
#include "verify/onnx_computed.h"
#include "verify/onnx_layers.h"
#include "verify/onnx_weights.h"

namespace qs {

namespace {

class OnnxRuntimeFile : public FileSession {
  public:
    static Result<std::unique_ptr<FileSession>> open(const FileFacts& facts, int threads) {
        QS_ASSIGN(auto folder, TemporaryFolder::make());
        std::unique_ptr<OnnxRuntimeFile> file(new OnnxRuntimeFile(facts, threads, std::move(folder)));
        std::error_code error;
        file->facts_.path = std::filesystem::absolute(facts.path, error);
        auto model = file->sessionOf(file->facts_.path);
        if (!model) {
            return failure("ONNX Runtime cannot open " + facts.path.string() + ": " + model.error().message);
        }
        file->model_ = std::move(*model);
        return std::unique_ptr<FileSession>(std::move(file));
    }

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs) override {
        return runOn(*model_, inputs);
    }
    Result<Layers> runLayers(std::span<const at::Tensor> inputs, const LayerTensors& shown) override {
        if (!withLayers_ || shown_ != shown) {
            QS_ASSIGN(copy_, writeOnnxWithLayers(facts_.path, shown, folder_->path()));
            QS_ASSIGN(withLayers_, sessionOf(copy_.path));
            shown_ = shown;
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
    Result<std::optional<Computed>> computedBy(const std::string& tensor) override {
        // Its name is sure to stay only where it is given out.
        const std::filesystem::path optimized = folder_->path() / "quantoscope-optimized.onnx";
        QS_ASSIGN(const OnnxWithLayers copy,
                  writeOnnxWithLayers(facts_.path, {{tensor, {tensor}}}, folder_->path()));
        withLayers_.reset();  // its file was written over
        QS_TRY(sessionOf(copy.path, optimized));
        QS_ASSIGN(const auto computed, readComputed(optimized));
        std::error_code error;
        std::filesystem::remove(optimized, error);
        const auto found = computed.find(tensor);
        return found == computed.end() ? std::optional<Computed>() : std::optional(found->second);
    }

  private:
    OnnxRuntimeFile(FileFacts facts, int threads, std::unique_ptr<TemporaryFolder> folder)
        : facts_(std::move(facts)), threads_(threads), folder_(std::move(folder)) {}

    /// `model` as the processors run it that the file is for.
    Result<std::unique_ptr<OnnxRuntimeSession>> sessionOf(const std::filesystem::path& model,
                                                          const std::filesystem::path& optimized = {}) const {
        const Exporter* target = exporters().find(facts_.target);
        return OnnxRuntimeSession::open({.model = model,
                                         .threads = threads_,
                                         .folder = folder_->path(),
                                         .fusesInt8 = target != nullptr && target->int8Activations,
                                         .optimized = optimized});
    }
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
    LayerTensors shown_;                              ///< by copy_
};

}  // namespace

void register_onnxruntime(Registry<FileRuntime>& registry) {
    registry.add("onnxruntime", {.description = "ONNX Runtime in a process of node (onnxruntime-node)",
                                 .matches = [](FileFormat format) { return format == FileFormat::Onnx; },
                                 .whyAbsent = OnnxRuntimeSession::whyAbsent,
                                 .open = OnnxRuntimeFile::open});
}

}  // namespace qs
