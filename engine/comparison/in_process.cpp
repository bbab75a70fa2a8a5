#include "comparison/in_process.h"

#include <dnnl.h>

#include "core/guard.h"

namespace qs {

namespace {

class InProcessRunner : public Runner {
  public:
    InProcessRunner(std::string version, std::string note, std::function<Status()> infer)
        : version_(std::move(version)), note_(std::move(note)), infer_(std::move(infer)) {}

    Result<InferenceTime> run() override {
        clock_.start();
        QS_TRY(guard("inference", infer_));
        return clock_.stop();
    }
    std::string version() const override { return version_; }
    std::string note() const override { return note_; }

  private:
    std::string version_;
    std::string note_;
    std::function<Status()> infer_;
    InferenceClock clock_;
};

}  // namespace

std::unique_ptr<Runner> makeInProcessRunner(std::string version, std::string note,
                                            std::function<Status()> infer) {
    return std::make_unique<InProcessRunner>(std::move(version), std::move(note), std::move(infer));
}

std::string oneDnnVersion() {
    const dnnl_version_t* version = dnnl_version();
    return "oneDNN " + std::to_string(version->major) + '.' + std::to_string(version->minor) + '.' +
           std::to_string(version->patch);
}

}  // namespace qs
