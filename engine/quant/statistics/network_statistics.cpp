#include "quant/statistics/network_statistics.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace qs {

namespace {

static_assert(std::endian::native == std::endian::little, "statistics are written as they lie in memory");

constexpr std::string_view kMagic = "QSSTATS1";

class Writer {
  public:
    template <typename T>
    void number(T value) {
        static_assert(std::is_arithmetic_v<T>);
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    template <typename Items>
    void list(const Items& items) {
        number(static_cast<uint64_t>(items.size()));
        for (const auto& item : items) {
            write(item);
        }
    }
    void write(char value) { number(value); }
    void write(float value) { number(value); }
    void write(const Range& range) {
        number(range.min);
        number(range.max);
    }
    void write(const TensorStatistics& seen) {
        number(seen.finite);
        number(seen.nan);
        number(seen.infinite);
        write(seen.range);
        list(seen.batches);
        write(seen.histogram.range());
        list(seen.histogram.counts());
        list(seen.channels);
        number(static_cast<int32_t>(seen.channelAxis));
    }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_{kMagic};
};

/// Once something does not fit, `good` is false and everything read is zero or empty.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {
        good_ = bytes_.starts_with(kMagic);
        bytes_.remove_prefix(good_ ? kMagic.size() : bytes_.size());
    }

    bool finished() const { return good_ && bytes_.empty(); }
    bool good() const { return good_; }

    template <typename T>
    T number() {
        T value{};
        require(bytes_.size() >= sizeof value);
        if (good_) {
            std::memcpy(&value, bytes_.data(), sizeof value);
            bytes_.remove_prefix(sizeof value);
        }
        return value;
    }
    template <typename Item, typename ReadItem>
    auto list(size_t most, const ReadItem& readItem) {
        std::vector<Item> items;
        const auto size = number<uint64_t>();
        require(size <= most && size <= bytes_.size());
        for (uint64_t i = 0; good_ && i < size; ++i) {
            items.push_back(readItem());
        }
        return items;
    }
    std::string name() {
        const auto letters = list<char>(bytes_.size(), [this] { return number<char>(); });
        return {letters.begin(), letters.end()};
    }
    Range range() {
        const Range range{number<float>(), number<float>()};
        const bool holdsNumbers = std::isfinite(range.min) && std::isfinite(range.max) && !range.empty();
        require(holdsNumbers || range == Range());
        return range;
    }
    Histogram histogram() {
        const Range over = range();
        auto counts = list<float>(Histogram::kBins, [this] {
            const auto count = number<float>();
            require(std::isfinite(count) && count >= 0);
            return count;
        });
        require(counts.empty() ? over.empty() : counts.size() == Histogram::kBins && !over.empty());
        return good_ ? Histogram(over, std::move(counts)) : Histogram();
    }
    int64_t count() {
        const auto count = number<int64_t>();
        require(count >= 0);
        return count;
    }
    TensorStatistics tensor() {
        TensorStatistics seen;
        seen.finite = count();
        seen.nan = count();
        seen.infinite = count();
        seen.range = range();
        seen.batches = list<Range>(TensorStatistics::kMostBatches, [this] { return range(); });
        seen.histogram = histogram();
        seen.channels = list<Range>(bytes_.size(), [this] { return range(); });
        seen.channelAxis = number<int32_t>();
        require(seen.range.empty() == (seen.finite == 0) && seen.histogram.empty() == seen.range.empty());
        require(seen.channelAxis >= -1 && seen.channelAxis <= 2);
        return seen;
    }

  private:
    void require(bool fits) { good_ = good_ && fits; }

    std::string_view bytes_;
    bool good_ = true;
};

}  // namespace

void NetworkStatistics::merge(const NetworkStatistics& later) {
    for (const auto& [name, seen] : later.values) {
        values[name].merge(seen);
    }
    samples += later.samples;
}

std::string toBytes(const NetworkStatistics& statistics) {
    Writer writer;
    writer.number(statistics.samples);
    writer.number(static_cast<uint64_t>(statistics.values.size()));
    for (const auto& [name, seen] : statistics.values) {
        writer.list(name);
        writer.write(seen);
    }
    return writer.take();
}

Result<NetworkStatistics> networkStatisticsFromBytes(std::string_view bytes) {
    Reader reader(bytes);
    NetworkStatistics statistics;
    statistics.samples = reader.count();
    const auto values = reader.number<uint64_t>();
    for (uint64_t i = 0; reader.good() && i < values; ++i) {
        std::string name = reader.name();
        statistics.values[std::move(name)] = reader.tensor();
    }
    if (!reader.finished()) {
        return failure("these are no statistics of activations, or they are damaged: calibrate again");
    }
    return statistics;
}

}  // namespace qs
