#include "runtime/executor.h"

#include "runtime/latency_stats.h"

namespace qs {

Result<Profile> Executor::profile(std::span<const at::Tensor> inputs, int warmup, int runs) {
    QS_ASSIGN(const auto profiler, this->profiler(inputs));
    for (int i = 0; i < warmup; ++i) {
        QS_TRY(profiler->run());
    }
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) {
        QS_ASSIGN(const InferenceTime time, profiler->run());
        times.push_back(time.wallMs);
        QS_TRY(profiler->runTimed());
    }
    return profiler->profile(summarize(std::move(times)));
}

}  // namespace qs
