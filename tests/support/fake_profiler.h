#pragma once

#include <functional>
#include <utility>

#include "runtime/executor.h"

namespace qs::test {

/// A network whose times are written beforehand. In turns its runs without timers are, after the warm-up, an
/// unmeasured and a measured one each.
class FakeProfiler : public Profiler {
  public:
    /// What measured inference number `turn` takes (from 0; negative ones are the warm-up's).
    using Script = std::function<InferenceTime(int turn)>;

    FakeProfiler(Script script, int warmup = 0) : script_(std::move(script)), runs_(-warmup) {}

    Result<InferenceTime> run() override {
        const int run = runs_++;
        return script_(run < 0 ? run : run / 2);
    }
    Status runTimed() override {
        ++timedRuns;
        return {};
    }
    Profile profile(const LatencyStats& total) const override { return {.total = total, .nodes = {}}; }

    int timedRuns = 0;

  private:
    Script script_;
    int runs_;
};

/// By every clock, and nobody waited.
inline InferenceTime undisturbed(double ms) {
    return {ms, ms, 0};
}

}  // namespace qs::test
