#include "quant/statistics/statistics.h"

#include <ATen/Parallel.h>

#include <cmath>

namespace qs {

namespace {

constexpr int64_t kBlock = 4096;  ///< elements that stay in the first cache between two loops
constexpr int64_t kBlocksPerThread = 8;

int channelAxisOf(const at::Tensor& x) {
    switch (x.dim()) {
        case 2:
        case 4:
        case 5:
            return 1;
        case 3:
            return 2;
        default:
            return -1;
    }
}

/// Memory without gaps: outer x channels x inner.
struct DenseView {
    const float* data = nullptr;
    int64_t outer = 1;
    int64_t channels = 1;
    int64_t inner = 1;

    int64_t count() const { return outer * channels * inner; }
};

/// What one thread sees.
struct Seen {
    explicit Seen(size_t channels) : low(channels, Range().min), high(channels, Range().max) {}

    Range range;
    std::vector<float> low;   ///< by channel
    std::vector<float> high;  ///< by channel
    int64_t finite = 0;
    int64_t nan = 0;
    int64_t infinite = 0;
    BinCounters counters;
    bool outside = false;  ///< something lies out of the range that is counted over
    std::vector<float> kept;
};

/// One tensor, block by block on all threads.
class TensorPass {
  public:
    TensorPass(const DenseView& view, const Range* over) : view_(view), over_(over) {}

    /// Ranges and numbers, and counts over `over` if there is one and it holds everything.
    void run() {
        if (view_.inner == 1) {
            const int64_t rows = std::max<int64_t>(1, kBlock / view_.channels);
            eachBlock((view_.outer + rows - 1) / rows, [&](Seen& seen, int64_t block) {
                const int64_t begin = block * rows;
                seeRows(seen,
                        span(begin * view_.channels, std::min(rows, view_.outer - begin) * view_.channels));
            });
            return;
        }
        const int64_t pieces = (view_.inner + kBlock - 1) / kBlock;
        eachBlock(view_.outer * view_.channels * pieces, [&](Seen& seen, int64_t block) {
            const int64_t plane = block / pieces;
            const int64_t begin = block % pieces * kBlock;
            seePlane(seen, plane % view_.channels,
                     span(plane * view_.inner + begin, std::min(kBlock, view_.inner - begin)));
        });
    }

    /// Counts only.
    void recount(const Range& over) {
        const bool allFinite = total(&Seen::nan) + total(&Seen::infinite) == 0;
        for (Seen& seen : threads_) {
            seen.counters = {};
        }
        eachBlock((view_.count() + kBlock - 1) / kBlock, [&](Seen& seen, int64_t block) {
            const int64_t begin = block * kBlock;
            const auto x = span(begin, std::min(kBlock, view_.count() - begin));
            seen.counters.count(allFinite ? x : finiteOf(seen, x), over);
        });
    }

    int64_t total(int64_t Seen::*number) const {
        int64_t sum = 0;
        for (const Seen& seen : threads_) {
            sum += seen.*number;
        }
        return sum;
    }

    Range range() const {
        Range range;
        for (const Seen& seen : threads_) {
            range.add(seen.range);
        }
        return range;
    }

    void addChannels(std::vector<Range>& channels) const {
        for (const Seen& seen : threads_) {
            for (size_t c = 0; c < channels.size(); ++c) {
                channels[c].add({seen.low[c], seen.high[c]});
            }
        }
    }

    bool counted() const {
        return over_ &&
               std::none_of(threads_.begin(), threads_.end(), [](const Seen& seen) { return seen.outside; });
    }

    Histogram::Counts counts() const {
        Histogram::Counts counts{};
        for (const Seen& seen : threads_) {
            seen.counters.addTo(counts);
        }
        return counts;
    }

  private:
    std::span<const float> span(int64_t begin, int64_t count) const {
        return {view_.data + begin, static_cast<size_t>(count)};
    }

    template <typename Body>
    void eachBlock(int64_t blocks, const Body& body) {
        const Seen nothing(static_cast<size_t>(view_.channels));
        threads_.resize(static_cast<size_t>(at::get_num_threads()), nothing);
        at::parallel_for(0, blocks, kBlocksPerThread, [&](int64_t begin, int64_t end) {
            Seen& seen = threads_[static_cast<size_t>(at::get_thread_num())];
            for (int64_t block = begin; block < end; ++block) {
                body(seen, block);
            }
        });
    }

    /// Numbers of one channel.
    void seePlane(Seen& seen, int64_t channel, std::span<const float> x) const {
        Scan scanned = scan(x);
        if (!scanned.finite) {
            tally(seen, x);
            x = finiteOf(seen, x);
            scanned = scan(x);
        }
        const auto c = static_cast<size_t>(channel);
        seen.low[c] = std::min(seen.low[c], scanned.range.min);
        seen.high[c] = std::max(seen.high[c], scanned.range.max);
        take(seen, x, scanned.range);
    }

    /// Whole rows of one number a channel.
    void seeRows(Seen& seen, std::span<const float> x) const {
        Scan scanned = scan(x);
        if (scanned.finite) {
            scanColumns(x, seen.low, seen.high);
        } else {
            tally(seen, x);
            for (size_t i = 0; i < x.size(); ++i) {
                const size_t c = i % seen.low.size();
                if (std::isfinite(x[i])) {
                    seen.low[c] = std::min(seen.low[c], x[i]);
                    seen.high[c] = std::max(seen.high[c], x[i]);
                }
            }
            x = finiteOf(seen, x);
            scanned = scan(x);
        }
        take(seen, x, scanned.range);
    }

    void take(Seen& seen, std::span<const float> x, const Range& range) const {
        seen.finite += static_cast<int64_t>(x.size());
        seen.range.add(range);
        if (!over_ || seen.outside || x.empty()) {
            return;
        }
        seen.outside = !over_->holds(range);
        if (!seen.outside) {
            seen.counters.count(x, *over_);
        }
    }

    static void tally(Seen& seen, std::span<const float> x) {
        for (const float value : x) {
            seen.nan += std::isnan(value) ? 1 : 0;
            seen.infinite += std::isinf(value) ? 1 : 0;
        }
    }

    static std::span<const float> finiteOf(Seen& seen, std::span<const float> x) {
        seen.kept.clear();
        std::copy_if(x.begin(), x.end(), std::back_inserter(seen.kept),
                     [](float value) { return std::isfinite(value); });
        return seen.kept;
    }

    DenseView view_;
    const Range* over_;
    std::vector<Seen> threads_;
};

/// `dense` is in one of the two orders that memory has here.
DenseView viewOf(const at::Tensor& dense, int channelAxis) {
    DenseView view{dense.data_ptr<float>()};
    if (channelAxis < 0) {
        view.inner = dense.numel();
        return view;
    }
    view.channels = dense.size(channelAxis);
    if (!dense.is_contiguous()) {
        view.outer = dense.numel() / view.channels;
        return view;
    }
    for (int i = 0; i < channelAxis; ++i) {
        view.outer *= dense.size(i);
    }
    view.inner = dense.numel() / (view.outer * view.channels);
    return view;
}

at::Tensor denseForm(const at::Tensor& x) {
    const at::Tensor real = x.detach().to(at::kFloat);
    const bool channelsLast = real.dim() == 4 && real.is_contiguous(at::MemoryFormat::ChannelsLast);
    return channelsLast ? real : real.contiguous();
}

}  // namespace

void TensorStatistics::add(const at::Tensor& x) {
    if (x.numel() == 0) {
        return;
    }
    const bool first = finite + nan + infinite == 0;
    const at::Tensor dense = denseForm(x);
    const int axis = channelAxisOf(dense);
    if (first && axis >= 0) {
        channelAxis = axis;
        channels.resize(static_cast<size_t>(dense.size(axis)));
    }
    if (channelAxis >= 0 &&
        (axis != channelAxis || static_cast<size_t>(dense.size(axis)) != channels.size())) {
        channelAxis = -1;
        channels.clear();
    }
    const Range over = histogram.range();
    TensorPass pass(viewOf(dense, channelAxis), histogram.empty() ? nullptr : &over);
    pass.run();
    finite += pass.total(&Seen::finite);
    nan += pass.total(&Seen::nan);
    infinite += pass.total(&Seen::infinite);
    pass.addChannels(channels);
    const Range seen = pass.range();
    if (seen.empty()) {
        return;
    }
    range.add(seen);
    if (batches.size() == kMostBatches) {
        batches.erase(batches.begin());
    }
    batches.push_back(seen);
    if (!pass.counted()) {
        pass.recount(histogram.rangeWith(seen));
    }
    histogram.add(seen, pass.counts());
}

void TensorStatistics::merge(const TensorStatistics& later) {
    const bool first = finite + nan + infinite == 0;
    if (first || later.finite + later.nan + later.infinite == 0) {
        *this = first ? later : *this;
        return;
    }
    finite += later.finite;
    nan += later.nan;
    infinite += later.infinite;
    range.add(later.range);
    batches.insert(batches.end(), later.batches.begin(), later.batches.end());
    if (batches.size() > kMostBatches) {
        batches.erase(batches.begin(), batches.end() - kMostBatches);
    }
    histogram.merge(later.histogram);
    if (channelAxis != later.channelAxis || channels.size() != later.channels.size()) {
        channelAxis = -1;
        channels.clear();
    }
    for (size_t c = 0; c < channels.size(); ++c) {
        channels[c].add(later.channels[c]);
    }
}

}  // namespace qs
