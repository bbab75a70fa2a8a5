#include "runtime/turns.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "support/fake_profiler.h"

namespace qs::test {
namespace {

constexpr int kLeast = 20;

TimedTurns timed(FakeProfiler first, FakeProfiler second, int threads = 1, int warmup = 0) {
    const std::array<Profiler*, 2> networks{&first, &second};
    return timeInTurns(networks, {warmup, kLeast, threads}, Job()).value();
}

int turnsOf(const TimedTurns& turns) {
    return turns.stats[0].runs;
}

/// Writes down who runs.
class Diarist : public Profiler {
  public:
    Diarist(char name, std::string& diary) : name_(name), diary_(diary) {}
    Result<InferenceTime> run() override {
        diary_ += name_;
        return undisturbed(1);
    }
    Status runTimed() override {
        diary_ += 't';
        return {};
    }
    Profile profile(const LatencyStats&) const override { return {}; }

  private:
    char name_;
    std::string& diary_;
};

TEST(Turns, AreTakenInTurnEachAfterARunThatFillsTheCaches) {
    std::string diary;
    Diarist a('a', diary), b('b', diary);
    const std::array<Profiler*, 2> networks{&a, &b};
    ASSERT_TRUE(timeInTurns(networks, {1, kFewestTurns, 1}, Job()));
    EXPECT_EQ(diary,
              "ab"
              "aatbbt"
              "bbtaat"
              "aatbbt"
              "bbtaat"
              "aatbbt"
              "bbtaat");
}

TEST(Turns, OfAQuietMachineNameARatio) {
    const TimedTurns turns = timed(FakeProfiler([](int) { return undisturbed(3); }, 2),
                                   FakeProfiler([](int) { return undisturbed(2); }, 2), 2, 2);
    EXPECT_FALSE(turns.busy);
    EXPECT_EQ(turnsOf(turns), kLeast);
    EXPECT_DOUBLE_EQ(turns.ratio.median, 1.5);
    EXPECT_DOUBLE_EQ(turns.stats[0].medianMs, 3);
    EXPECT_DOUBLE_EQ(turns.stats[1].medianMs, 2);
}

TEST(Turns, AreSixAtLeast) {
    FakeProfiler a([](int) { return undisturbed(3); }), b([](int) { return undisturbed(1); });
    const std::array<Profiler*, 2> networks{&a, &b};
    const TimedTurns turns = timeInTurns(networks, {0, 1, 1}, Job()).value();
    EXPECT_EQ(turnsOf(turns), kFewestTurns);
    EXPECT_EQ(a.timedRuns, kFewestTurns);
    EXPECT_TRUE(turns.ratio.low);
}

/// A machine that becomes slower for both, by its clock rate, say, keeps the ratio.
TEST(Turns, OnAMachineThatSlowsDownKeepTheRatio) {
    const auto load = [](int turn) { return turn < kLeast / 2 ? 1.0 : 3.0; };
    const TimedTurns turns = timed(FakeProfiler([&](int turn) { return undisturbed(4 * load(turn)); }),
                                   FakeProfiler([&](int turn) { return undisturbed(2 * load(turn)); }), 2);
    EXPECT_FALSE(turns.busy);
    EXPECT_EQ(turnsOf(turns), kLeast);
    EXPECT_DOUBLE_EQ(turns.ratio.median, 2);
    EXPECT_GE(turns.stats[0].p90Ms, 2.5 * turns.stats[0].p10Ms) << "the spread is told nevertheless";
}

/// The failure that was seen: the shorter network slips in between two time slices of a neighbour that comes
/// and stays, and the longer one does not.
TEST(Turns, BesideANeighbourThatComesSayBusy) {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> slice(1, 1.9);
    const TimedTurns turns =
        timed(FakeProfiler([&](int turn) { return undisturbed(turn < kLeast / 2 ? 0.162 : slice(random)); }),
              FakeProfiler([](int) { return undisturbed(0.076); }), 2);
    EXPECT_TRUE(turns.busy);
    EXPECT_EQ(turnsOf(turns), 5 * kLeast) << "it was measured longer before";
    EXPECT_LT(turns.stats[0].medianMs / turns.stats[0].p10Ms, 12);
    EXPECT_TRUE(turns.ratio.low) << "the interval is told";
}

TEST(Turns, OfTwoModesSayBusy) {
    std::mt19937 random(2);
    std::bernoulli_distribution slow(0.7);
    const TimedTurns turns =
        timed(FakeProfiler([&](int) { return undisturbed(slow(random) ? 1.75 : 0.162); }),
              FakeProfiler([](int) { return undisturbed(0.076); }), 2);
    EXPECT_TRUE(turns.busy);
    EXPECT_DOUBLE_EQ(turns.stats[0].medianMs, 1.75);
    EXPECT_DOUBLE_EQ(turns.stats[0].p10Ms, 0.162);
}

/// Every run of the first network is lengthened alike, so that the ratios agree; but the kernel tells.
TEST(Turns, InWhichThreadsAlwaysWaitSayBusy) {
    const auto waits = [](int) { return InferenceTime{1.7, 0.16, 1.5}; };
    const auto slipsIn = [](int) { return undisturbed(0.076); };
    const TimedTurns turns = timed(FakeProfiler(waits), FakeProfiler(slipsIn), 2);
    EXPECT_TRUE(turns.busy);
    EXPECT_EQ(turnsOf(turns), 5 * kLeast);
    // On one thread the processor's time has nothing of it.
    const TimedTurns alone = timed(FakeProfiler(waits), FakeProfiler(slipsIn), 1);
    EXPECT_FALSE(alone.busy);
    EXPECT_NEAR(alone.ratio.median, 0.16 / 0.076, 1e-9);
    EXPECT_DOUBLE_EQ(alone.stats[0].medianMs, 0.16);
}

TEST(Turns, BesideANeighbourThatGoesAreMeasuredAnew) {
    const TimedTurns turns =
        timed(FakeProfiler([](int turn) {
                  return turn < kLeast / 2 ? InferenceTime{1.7, 1.7, 1.5} : undisturbed(0.16);
              }),
              FakeProfiler([](int) { return undisturbed(0.08); }), 2);
    EXPECT_FALSE(turns.busy);
    EXPECT_DOUBLE_EQ(turns.ratio.median, 2);
    EXPECT_GE(turnsOf(turns), kLeast);
    EXPECT_DOUBLE_EQ(turns.stats[0].p90Ms, 0.16) << "the disturbed turns are left out";
}

TEST(Turns, OfLongInferencesAreNotRepeatedForMinutes) {
    FakeProfiler a([](int turn) { return undisturbed(turn % 2 ? 300 : 100); });
    FakeProfiler b([](int) { return undisturbed(50); });
    const std::array<Profiler*, 2> networks{&a, &b};
    const TimedTurns turns = timeInTurns(networks, {0, 100, 1}, Job()).value();
    EXPECT_TRUE(turns.busy);
    // Ten seconds at 750 ms a turn: three inferences of 50, and of 100 or 300.
    EXPECT_EQ(turnsOf(turns), 100 + 14);
}

TEST(Turns, OfOneNetworkHaveNoRatio) {
    FakeProfiler quiet([](int turn) { return undisturbed(1 + 0.01 * (turn % 3)); });
    Profiler* network = &quiet;
    const TimedTurns calm = timeInTurns({&network, 1}, {0, kLeast, 2}, Job()).value();
    EXPECT_FALSE(calm.busy);
    EXPECT_EQ(calm.ratio.median, 0);
    FakeProfiler disturbed([](int turn) { return undisturbed(turn % 3 ? 1 : 4); });
    network = &disturbed;
    EXPECT_TRUE(timeInTurns({&network, 1}, {0, kLeast, 2}, Job())->busy);
}

TEST(Turns, EndWithTheInferenceInWhichTheJobIsCancelled) {
    for (const int last : {1, 3, 30, 55}) {
        CancelToken token;
        const Job job({}, token);
        int inferences = 0;
        const auto counted = [&](double ms) {
            if (++inferences == last) {
                token.cancel();
            }
            return undisturbed(ms);
        };
        // Unclear, so that the last of them are in what is measured longer.
        FakeProfiler a([&](int turn) { return counted(turn % 2 ? 1 : 3); }, 2);
        FakeProfiler b([&](int) { return counted(1); }, 2);
        const std::array<Profiler*, 2> networks{&a, &b};
        const auto turns = timeInTurns(networks, {2, kFewestTurns, 1}, job);
        ASSERT_FALSE(turns);
        EXPECT_EQ(turns.error().kind, ErrorKind::Cancelled);
        EXPECT_EQ(inferences, last);
    }
}

}  // namespace
}  // namespace qs::test
