#include "runtime/turns.h"

#include <algorithm>

#include "runtime/latency_stats.h"

namespace qs {

namespace {

constexpr double kMostExtraMs = 10'000;
/// Threads that sleep between two parallel regions wait for a moment whenever they wake.
constexpr double kUsualWaiting = 0.1;
/// A single network's p90 / p10.
constexpr double kWidestSpread = 1.5;

class Turns {
  public:
    Turns(std::span<Profiler* const> networks, const TurnSettings& settings, const Job& job)
        : networks_(networks), settings_(settings), job_(job), times_(networks.size()) {}

    Result<TimedTurns> run() {
        for (int i = 0; i < settings_.warmup; ++i) {
            for (Profiler* network : networks_) {
                QS_TRY(job_.checkCancelled());
                QS_TRY(network->run());
            }
        }
        const int least = std::max(settings_.least, kFewestTurns);
        while (true) {
            QS_TRY(takeTurn());
            if (turns_ < least) {
                continue;
            }
            // A verdict after each further turn would be looking until one is pleasing.
            const bool due = turns_ % least == 0;
            if (due && calm_.size() >= static_cast<size_t>(least)) {
                if (TimedTurns result = of(calm_); isClear(result)) {
                    return result;
                }
            }
            if (turns_ >= settings_.mostTimes * least || extraMs(least) >= kMostExtraMs) {
                return last(static_cast<size_t>(least));
            }
        }
    }

  private:
    Status takeTurn() {
        for (size_t i = 0; i < networks_.size(); ++i) {
            const size_t turn = turns_ % 2 == 0 ? i : networks_.size() - 1 - i;
            QS_TRY(time(turn));
        }
        const auto at = static_cast<size_t>(turns_++);
        if (std::ranges::all_of(times_, [&](const auto& times) { return isCalm(times[at]); })) {
            calm_.push_back(at);
        }
        return {};
    }

    Status time(size_t network) {
        Profiler& profiler = *networks_[network];
        QS_TRY(job_.checkCancelled());
        QS_ASSIGN(const InferenceTime first, profiler.run());
        QS_TRY(job_.checkCancelled());
        QS_ASSIGN(const InferenceTime measured, profiler.run());
        QS_TRY(job_.checkCancelled());
        QS_TRY(profiler.runTimed());
        times_[network].push_back(measured);
        spentMs_.resize(std::max(spentMs_.size(), static_cast<size_t>(turns_) + 1));
        spentMs_.back() += first.wallMs + 2 * measured.wallMs;
        return {};
    }

    bool isCalm(const InferenceTime& time) const {
        return settings_.threads == 1 || time.waitedMs <= kUsualWaiting * time.wallMs;
    }

    double extraMs(int least) const {
        double sum = 0;
        for (size_t turn = static_cast<size_t>(least); turn < spentMs_.size(); ++turn) {
            sum += spentMs_[turn];
        }
        return sum;
    }

    TimedTurns of(const std::vector<size_t>& turns) const {
        TimedTurns result;
        for (const auto& times : times_) {
            std::vector<double>& ms = result.ms.emplace_back();
            for (const size_t turn : turns) {
                ms.push_back(times[turn].msOn(settings_.threads));
            }
            result.stats.push_back(summarize(ms));
        }
        if (result.ms.size() > 1) {
            result.ratio = pairedRatio(result.ms[0], result.ms[1]);
        }
        return result;
    }

    static bool isClear(const TimedTurns& turns) {
        if (turns.ms.size() > 1) {
            return turns.ratio.isClear();
        }
        const LatencyStats& stats = turns.stats.at(0);
        return stats.p90Ms <= kWidestSpread * stats.p10Ms;
    }

    TimedTurns last(size_t least) const {
        if (calm_.size() >= least) {
            if (TimedTurns calm = of(calm_); isClear(calm)) {
                return calm;
            }
        }
        std::vector<size_t> all(static_cast<size_t>(turns_));
        for (size_t turn = 0; turn < all.size(); ++turn) {
            all[turn] = turn;
        }
        TimedTurns result = of(all);
        result.busy = true;
        return result;
    }

    std::span<Profiler* const> networks_;
    const TurnSettings& settings_;
    const Job& job_;
    std::vector<std::vector<InferenceTime>> times_;  ///< by network and turn
    std::vector<double> spentMs_;                    ///< by turn
    std::vector<size_t> calm_;
    int turns_ = 0;
};

}  // namespace

Result<TimedTurns> timeInTurns(std::span<Profiler* const> networks, const TurnSettings& settings,
                               const Job& job) {
    return Turns(networks, settings, job).run();
}

}  // namespace qs
