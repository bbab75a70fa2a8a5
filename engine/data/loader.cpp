#include "data/loader.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>

#include "core/guard.h"

namespace qs {

namespace {

constexpr std::chrono::milliseconds kCancelPoll{20};

int64_t sampleBytes(const Dataset& data) {
    int64_t bytes = 0;
    for (const auto& input : data.sampleInputs()) {
        bytes += std::accumulate(input.shape.begin(), input.shape.end(),
                                 int64_t(c10::elementSize(input.dtype)), std::multiplies<>());
    }
    return std::max<int64_t>(bytes, 1);
}

/// Batches that may be decoded or in decoding at a time.
int64_t windowOf(const Dataset& data, const StreamOptions& options) {
    const int64_t fitting = options.memoryBudget / (sampleBytes(data) * options.batch);
    return std::clamp<int64_t>(fitting, 1, std::max<int64_t>(options.batchesAhead, 1));
}

}  // namespace

class BatchStream::Impl {
  public:
    Impl(const Dataset& data, std::vector<int64_t> indices, StreamOptions options)
        : data_(data), indices_(std::move(indices)), options_(std::move(options)) {
        options_.batch = std::max<int64_t>(options_.batch, 1);
        batches_ = (total() + options_.batch - 1) / options_.batch;
        window_ = windowOf(data_, options_);
        const int64_t wanted =
            options_.workers > 0 ? options_.workers : std::max(std::thread::hardware_concurrency(), 1U);
        for (int64_t i = 0; i < std::min({wanted, window_, batches_}); ++i) {
            workers_.emplace_back([this] { work(); });
        }
    }

    ~Impl() {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
    }

    Result<std::optional<Batch>> next() {
        std::unique_lock lock(mutex_);
        if (taken_ == batches_) {
            return std::optional<Batch>();
        }
        auto ready = decoded_.end();
        while (!options_.cancel.isCancelled() && (ready = decoded_.find(taken_)) == decoded_.end()) {
            changed_.wait_for(lock, kCancelPoll);
        }
        if (ready == decoded_.end() || !ready->second) {
            stopped_ = true;
            changed_.notify_all();
            return ready == decoded_.end() ? cancelled() : ready->second.error();
        }
        std::optional<Batch> batch(std::move(ready->second).value());
        decoded_.erase(ready);
        ++taken_;
        changed_.notify_all();
        return batch;
    }

    int64_t total() const { return int64_t(indices_.size()); }
    int64_t done() const {
        const std::lock_guard lock(mutex_);
        return std::min(taken_ * options_.batch, total());
    }

  private:
    void work() {
        while (const auto index = claim()) {
            auto batch = decode(*index);
            const std::lock_guard lock(mutex_);
            decoded_.emplace(*index, std::move(batch));
            changed_.notify_all();
        }
    }

    /// The next batch to decode, once the window has room for it; nothing when there is no more to do.
    std::optional<int64_t> claim() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stopped_ || claimed_ == batches_ || claimed_ < taken_ + window_; });
        return stopped_ || claimed_ == batches_ ? std::nullopt : std::optional(claimed_++);
    }

    Result<Batch> decode(int64_t index) const {
        const auto first = size_t(index * options_.batch);
        const auto count = std::min(size_t(options_.batch), indices_.size() - first);
        return guard("reading data",
                     [&] { return data_.readSamples(std::span(indices_).subspan(first, count)); });
    }

    const Dataset& data_;
    const std::vector<int64_t> indices_;
    StreamOptions options_;
    int64_t batches_ = 0;
    int64_t window_ = 1;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;
    int64_t claimed_ = 0;  ///< batches that a worker has begun
    int64_t taken_ = 0;    ///< batches that next() has given
    std::map<int64_t, Result<Batch>> decoded_;
    std::vector<std::jthread> workers_;  ///< last: joined before what they use goes
};

BatchStream::BatchStream(const Dataset& data, std::vector<int64_t> indices, StreamOptions options)
    : impl_(std::make_unique<Impl>(data, std::move(indices), std::move(options))) {}

BatchStream::~BatchStream() = default;

Result<std::optional<Batch>> BatchStream::next() {
    return impl_->next();
}

int64_t BatchStream::total() const {
    return impl_->total();
}

int64_t BatchStream::done() const {
    return impl_->done();
}

std::vector<int64_t> firstSamples(const Dataset& data, int64_t samples) {
    std::vector<int64_t> indices(size_t(samples > 0 ? std::min(samples, data.size()) : data.size()));
    std::iota(indices.begin(), indices.end(), int64_t{0});
    return indices;
}

std::vector<int64_t> shuffled(std::vector<int64_t> indices, uint64_t seed) {
    // std::shuffle draws differently in each standard library; mt19937_64 itself is the same in all.
    std::mt19937_64 random(seed);
    for (size_t left = indices.size(); left > 1; --left) {
        std::swap(indices[left - 1], indices[size_t(random() % left)]);
    }
    return indices;
}

}  // namespace qs
