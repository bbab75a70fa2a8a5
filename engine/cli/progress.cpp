#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/printable.h"

namespace qs::cli {

namespace {

constexpr auto kLineInterval = std::chrono::seconds(1);
constexpr int kBarWidth = 24;

std::string durationText(double seconds) {
    const auto whole = std::llround(seconds);
    return whole < 60 ? fmt::format("{} s", whole) : fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

std::string progressText(const Progress& progress, bool bar) {
    std::string text;
    if (progress.total > 0) {
        const double share = std::clamp(double(progress.done) / double(progress.total), 0.0, 1.0);
        if (bar) {
            const auto filled = size_t(share * kBarWidth);
            text += '[' + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] ";
        }
        text += fmt::format("{:3.0f} %  ", share * 100);
    }
    text += printable(progress.message);
    if (progress.etaSeconds >= 0 && progress.done < progress.total) {
        text += ", " + durationText(progress.etaSeconds) + " left";
    }
    return text;
}

}  // namespace

void ProgressMeter::show(const Progress& progress) {
    if (terminal_) {
        fmt::print(stderr, "\r\033[K{}", progressText(progress, true));
        std::fflush(stderr);
        drawn_ = true;
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (now - lastLine_ >= kLineInterval) {
        lastLine_ = now;
        fmt::print(stderr, "{}\n", progressText(progress, false));
    }
}

void ProgressMeter::show(const TrainingPoint& point) {
    if (point.validationTop1 < 0) {
        return;
    }
    clear();
    fmt::print(stderr, "epoch {}: loss {:.4f}, top-1 {:.2f} % of the validation samples\n", point.epoch,
               point.loss, point.validationTop1);
}

void ProgressMeter::clear() {
    if (drawn_) {
        fmt::print(stderr, "\r\033[K");
        std::fflush(stderr);
        drawn_ = false;
    }
}

}  // namespace qs::cli
