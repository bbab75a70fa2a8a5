#include "comparison/in_process.h"

#include <dnnl.h>
#include <time.h>

#include "core/guard.h"

namespace qs {

namespace {

double milliseconds(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

class InProcessRunner : public Runner {
  public:
    InProcessRunner(std::string version, std::string note, std::function<Status()> infer)
        : version_(std::move(version)), note_(std::move(note)), infer_(std::move(infer)) {}

    Result<InferenceTime> run() override {
        const double processor = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
        const double wall = milliseconds(CLOCK_MONOTONIC);
        QS_TRY(guard("inference", infer_));
        const double wallMs = milliseconds(CLOCK_MONOTONIC) - wall;
        return InferenceTime{wallMs, milliseconds(CLOCK_PROCESS_CPUTIME_ID) - processor};
    }
    std::string version() const override { return version_; }
    std::string note() const override { return note_; }

  private:
    std::string version_;
    std::string note_;
    std::function<Status()> infer_;
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
