#include "comparison/onnxruntime_runner.h"

#include "onnxruntime/session.h"

namespace qs {

namespace {

class OnnxRuntimeRunner : public Runner {
  public:
    explicit OnnxRuntimeRunner(std::unique_ptr<OnnxRuntimeSession> session) : session_(std::move(session)) {}

    Result<InferenceTime> run() override {
        QS_ASSIGN(const OnnxRuntimeSession::Times times, session_->time());
        return InferenceTime{times.wallMs, times.processorMs};
    }
    std::string version() const override { return session_->version(); }

  private:
    std::unique_ptr<OnnxRuntimeSession> session_;
};

}  // namespace

Result<std::unique_ptr<Runner>> makeOnnxRuntimeRunner(const std::filesystem::path& model,
                                                      const std::vector<at::Tensor>& inputs, int threads,
                                                      const std::filesystem::path& folder) {
    QS_ASSIGN(auto session, OnnxRuntimeSession::open({model, threads, folder, inputs}));
    return std::unique_ptr<Runner>(std::make_unique<OnnxRuntimeRunner>(std::move(session)));
}

}  // namespace qs
