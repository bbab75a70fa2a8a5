#include "data/loader.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace qs {
namespace {

using testing::HasSubstr;

/// Sample i is the number i; some cannot be decoded, one fails, one throws.
class Numbers : public Dataset {
  public:
    explicit Numbers(int64_t size) : size_(size) {}

    int64_t size() const override { return size_; }
    bool labelled() const override { return true; }
    std::vector<SampleInput> sampleInputs() const override { return {{"", {256}}}; }

    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        ++running_;
        ++reads_;
        std::vector<int64_t> kept;
        for (const int64_t index : indices) {
            if (index == failing) {
                --running_;
                return failure("sample " + std::to_string(index) + " fails");
            }
            if (index == throwing) {
                --running_;
                throw std::runtime_error("sample throws");
            }
            if (corruptEvery == 0 || index % corruptEvery != 0) {
                kept.push_back(index);
            }
        }
        std::this_thread::sleep_for(std::chrono::microseconds(indices.front() * 7919 % 400));
        --running_;
        const at::Tensor labels = at::tensor(at::IntArrayRef(kept));
        return Batch{{labels.to(at::kFloat).unsqueeze(1).expand({labels.size(0), 256}).contiguous()}, labels};
    }

    int64_t reads() const { return reads_; }
    int64_t running() const { return running_; }

    int64_t corruptEvery = 0;
    int64_t failing = -1;
    int64_t throwing = -1;

  private:
    int64_t size_;
    mutable std::atomic<int64_t> running_ = 0;
    mutable std::atomic<int64_t> reads_ = 0;
};

std::vector<int64_t> labelsOf(const Batch& batch) {
    const auto* labels = batch.labels.data_ptr<int64_t>();
    return {labels, labels + batch.labels.numel()};
}

struct Setting {
    int workers;
    int64_t batch;
    int64_t ahead;
};

class LoaderProperty : public testing::TestWithParam<Setting> {
  protected:
    StreamOptions options() const {
        const auto& [workers, batch, ahead] = GetParam();
        return {.batch = batch, .workers = workers, .batchesAhead = ahead};
    }
};

TEST_P(LoaderProperty, StreamsWhatSequentialReadsGive) {
    Numbers data(203);
    data.corruptEvery = 5;
    const std::vector<int64_t> indices = shuffled(firstSamples(data, 0), 11);
    BatchStream stream(data, indices, options());
    EXPECT_EQ(stream.total(), 203);
    const int64_t batch = GetParam().batch;
    for (int64_t begin = 0; begin < 203; begin += batch) {
        const int64_t end = std::min<int64_t>(begin + batch, 203);
        const auto expected =
            data.readSamples(std::span(indices).subspan(size_t(begin), size_t(end - begin)));
        const auto got = stream.next();
        ASSERT_TRUE(got) << got.error().message;
        ASSERT_TRUE(got->has_value());
        EXPECT_EQ(labelsOf(**got), labelsOf(*expected));
        EXPECT_TRUE((*got)->inputs[0].equal(expected->inputs[0]));
        EXPECT_EQ(stream.done(), end);
    }
    for (int i = 0; i < 2; ++i) {
        const auto end = stream.next();
        ASSERT_TRUE(end);
        EXPECT_FALSE(end->has_value());
    }
}

TEST_P(LoaderProperty, AnErrorInTheMiddleComesInItsTurnAndStays) {
    for (const bool throws : {false, true}) {
        Numbers data(100);
        (throws ? data.throwing : data.failing) = 50;
        BatchStream stream(data, firstSamples(data, 0), options());
        int64_t seen = 0;
        for (;;) {
            const auto batch = stream.next();
            if (!batch) {
                EXPECT_THAT(batch.error().message, HasSubstr(throws ? "sample throws" : "sample 50 fails"));
                break;
            }
            ASSERT_TRUE(batch->has_value());
            seen += (*batch)->size();
        }
        EXPECT_EQ(seen, 50 / GetParam().batch * GetParam().batch);
        EXPECT_FALSE(stream.next());
    }
}

TEST_P(LoaderProperty, StopsWhenCancelled) {
    Numbers data(100'000);
    StreamOptions cancellable = options();
    BatchStream stream(data, firstSamples(data, 0), cancellable);
    ASSERT_TRUE(stream.next());
    cancellable.cancel.cancel();
    const auto batch = stream.next();
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error().kind, ErrorKind::Cancelled);
}

TEST_P(LoaderProperty, IsBoundedAndJoinsItsThreadsWhenDropped) {
    Numbers data(100'000);
    {
        BatchStream stream(data, firstSamples(data, 0), options());
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(stream.next());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        EXPECT_LE(data.reads(), 3 + GetParam().ahead);
    }
    EXPECT_EQ(data.running(), 0);
}

INSTANTIATE_TEST_SUITE_P(Loader, LoaderProperty,
                         testing::Values(Setting{1, 16, 4}, Setting{4, 16, 4}, Setting{4, 7, 2},
                                         Setting{3, 1, 8}, Setting{4, 1000, 4}),
                         [](const auto& info) {
                             return "Workers" + std::to_string(info.param.workers) + "Batch" +
                                    std::to_string(info.param.batch);
                         });

TEST(Loader, KeepsToItsMemoryBudget) {
    Numbers data(10'000);
    // A batch takes 16 * 256 * 4 bytes: three fit.
    BatchStream stream(
        data, firstSamples(data, 0),
        {.batch = 16, .workers = 8, .batchesAhead = 100, .memoryBudget = 3 * 16 * 256 * 4 + 100});
    ASSERT_TRUE(stream.next());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_LE(data.reads(), 1 + 3);
}

TEST(Loader, AnEmptySelectionEndsAtOnce) {
    Numbers data(10);
    BatchStream stream(data, {});
    const auto batch = stream.next();
    ASSERT_TRUE(batch);
    EXPECT_FALSE(batch->has_value());
}

TEST(Loader, ShufflesByTheSeedAlone) {
    const auto order = [](uint64_t seed) { return shuffled({0, 1, 2, 3, 4, 5, 6, 7}, seed); };
    EXPECT_EQ(order(1), order(1));
    EXPECT_NE(order(1), order(2));
    EXPECT_THAT(order(3), testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(Loader, TakesTheFirstSamples) {
    Numbers data(5);
    EXPECT_THAT(firstSamples(data, 3), testing::ElementsAre(0, 1, 2));
    EXPECT_EQ(firstSamples(data, 0).size(), 5U);
    EXPECT_EQ(firstSamples(data, 9).size(), 5U);
}

}  // namespace
}  // namespace qs
