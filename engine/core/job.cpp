#include "core/job.h"

namespace qs {

namespace {
constexpr auto kThrottle = std::chrono::milliseconds(50);
}

void Job::begin(std::string message, int64_t total) {
    message_ = std::move(message);
    total_ = total;
    begin_ = last_ = std::chrono::steady_clock::now();
    if (progress_) {
        progress_({0, total_, message_, -1});
    }
}

Status Job::step(int64_t done) {
    if (token_.isCancelled()) {
        return cancelled();
    }
    const auto now = std::chrono::steady_clock::now();
    if (progress_ && (done >= total_ || now - last_ >= kThrottle)) {
        last_ = now;
        const std::chrono::duration<double> elapsed = now - begin_;
        const double eta =
            done > 0 && total_ > 0 ? elapsed.count() * double(total_ - done) / double(done) : -1;
        progress_({done, total_, message_, eta});
    }
    return {};
}

}  // namespace qs
