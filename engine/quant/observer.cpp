#include "quant/observer.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace qs {

namespace {

using Keeps = ObserverDef::Keeps;

Error nothingObserved() {
    return failure("the observer has seen no finite value");
}

/// The average moved towards `seen` by c of the way, in float32 as PyTorch's.
Range moved(const Range& average, const Range& seen, const Parameters& parameters) {
    const auto c = static_cast<float>(parameters.at(kAveragingConstant));
    return average.empty() ? seen
                           : Range{average.min + c * (seen.min - average.min),
                                   average.max + c * (seen.max - average.max)};
}

/// Scale and zero point of row `row`.
void setRow(QParams& qparams, size_t row, const Range& seen, const Histogram& histogram,
            const TensorQConfig& config, const ChosenObserver& observer) {
    const Range range = observer.def->choice.choose(seen, histogram, config, observer.parameters);
    const auto [scale, zeroPoint] = chooseQParams(range.min, range.max, config.kind());
    qparams.scale[row] = scale;
    qparams.zeroPoint[row] = zeroPoint;
}

QParams gridOf(const TensorQConfig& config, int channelAxis, size_t rows) {
    QParams qparams{config.dtype,
                    config.granularity == Granularity::PerTensor ? -1 : channelAxis,
                    std::vector<double>(rows),
                    std::vector<int64_t>(rows),
                    config.quantMin,
                    config.quantMax};
    qparams.group = config.granularity == Granularity::PerGroup ? config.group : 0;
    return qparams;
}

/// One row for each scale: the whole tensor, its channels, or their groups.
struct Rows {
    at::Tensor numbers;  ///< float32, contiguous
    int64_t count = 1;
    int64_t perChannel = 1;

    std::span<const float> row(int64_t index) const {
        const int64_t width = numbers.numel() / count;
        return {numbers.data_ptr<float>() + index * width, static_cast<size_t>(width)};
    }
};

/// `x` is not empty.
Result<Rows> rowsOf(const at::Tensor& x, const TensorQConfig& config, int channelAxis) {
    const at::Tensor real = x.detach().to(at::kFloat);
    if (config.granularity == Granularity::PerTensor) {
        return Rows{real.contiguous()};
    }
    const at::Tensor channels = real.transpose(0, channelAxis).contiguous();
    const int64_t width = channels.numel() / channels.size(0);
    if (config.granularity == Granularity::PerChannel) {
        return Rows{channels, channels.size(0)};
    }
    if (config.group <= 0 || width % config.group != 0) {
        return usageError("groups of " + std::to_string(config.group) + " do not divide the " +
                          std::to_string(width) + " weights of an output channel");
    }
    return Rows{channels, channels.numel() / config.group, width / config.group};
}

Error nothingObserved(int64_t row, const TensorQConfig& config, int64_t rowsPerChannel) {
    std::string message = nothingObserved().message;
    if (config.granularity != Granularity::PerTensor) {
        message += " in channel " + std::to_string(row / rowsPerChannel);
    }
    if (config.granularity == Granularity::PerGroup) {
        message += ", group " + std::to_string(row % rowsPerChannel);
    }
    return failure(message);
}

}  // namespace

void RowStatistics::add(std::span<const float> row, const ChosenObserver& observer) {
    std::vector<float> finite;
    Scan scanned = scan(row);
    if (!scanned.finite) {
        std::copy_if(row.begin(), row.end(), std::back_inserter(finite),
                     [](float value) { return std::isfinite(value); });
        row = finite;
        scanned = scan(row);
    }
    if (row.empty()) {
        return;
    }
    if (observer.def->keeps == Keeps::Histogram) {
        BinCounters counters;
        counters.count(row, histogram.rangeWith(scanned.range));
        Histogram::Counts counts{};
        counters.addTo(counts);
        histogram.add(scanned.range, counts);
    }
    if (observer.def->keeps == Keeps::MovingExtremes) {
        range = moved(range, scanned.range, observer.parameters);
    } else {
        range.add(scanned.range);
    }
}

Result<Observer> Observer::make(const TensorQConfig& config, int channelAxis) {
    Observer observer;
    observer.config_ = config;
    observer.channelAxis_ = channelAxis;
    QS_ASSIGN(observer.chosen_, findObserver(config));
    if (config.granularity == Granularity::PerTensor) {
        observer.rows_.resize(1);
    }
    return observer;
}

Observer Observer::knowing(QParams qparams) {
    Observer observer;
    observer.known_ = std::move(qparams);
    return observer;
}

Status Observer::observe(const at::Tensor& x) {
    if (known_ || x.numel() == 0) {
        return {};
    }
    QS_ASSIGN(const Rows rows, rowsOf(x, config_, channelAxis_));
    rows_.resize(static_cast<size_t>(rows.count));
    rowsPerChannel_ = rows.perChannel;
    at::parallel_for(0, rows.count, 1, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            rows_[static_cast<size_t>(row)].add(rows.row(row), chosen_);
        }
    });
    return {};
}

Result<QParams> Observer::qparams() const {
    if (known_) {
        return *known_;
    }
    if (rows_.empty()) {
        return nothingObserved();
    }
    QParams qparams = gridOf(config_, channelAxis_, rows_.size());
    for (size_t row = 0; row < rows_.size(); ++row) {
        if (rows_[row].range.empty() && chosen_.def->keeps != Keeps::Nothing) {
            return nothingObserved(static_cast<int64_t>(row), config_, rowsPerChannel_);
        }
        setRow(qparams, row, rows_[row].range, rows_[row].histogram, config_, chosen_);
    }
    return qparams;
}

Result<QParams> qparamsOf(const TensorStatistics& seen, const TensorQConfig& config) {
    QS_ASSIGN(const ChosenObserver observer, findObserver(config));
    Range range = seen.range;
    if (observer.def->keeps == Keeps::MovingExtremes) {
        range = {};
        for (const Range& batch : seen.batches) {
            range = moved(range, batch, observer.parameters);
        }
    }
    if (range.empty() && observer.def->keeps != Keeps::Nothing) {
        return nothingObserved();
    }
    TensorQConfig whole = config;
    whole.granularity = Granularity::PerTensor;
    QParams qparams = gridOf(whole, -1, 1);
    setRow(qparams, 0, range, seen.histogram, whole, observer);
    return qparams;
}

Result<QParams> chooseWeightGrid(const at::Tensor& weight, const TensorQConfig& config, int channelAxis) {
    QS_ASSIGN(const ChosenObserver observer, findObserver(config));
    if (weight.numel() == 0) {
        return nothingObserved();
    }
    QS_ASSIGN(const Rows rows, rowsOf(weight, config, channelAxis));
    QParams qparams = gridOf(config, channelAxis, static_cast<size_t>(rows.count));
    std::vector<uint8_t> empty(static_cast<size_t>(rows.count));
    // A row's statistics are gone before the next: groups can be many.
    at::parallel_for(0, rows.count, 1, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            RowStatistics seen;
            seen.add(rows.row(row), observer);
            const auto at = static_cast<size_t>(row);
            empty[at] = seen.range.empty() && observer.def->keeps != Keeps::Nothing ? 1 : 0;
            if (!empty[at]) {
                setRow(qparams, at, seen.range, seen.histogram, config, observer);
            }
        }
    });
    if (const auto first = std::ranges::find(empty, 1); first != empty.end()) {
        return nothingObserved(first - empty.begin(), config, rows.perChannel);
    }
    return qparams;
}

QParams fixedOutputQParams(const FixedRange& range, const TensorQConfig& config) {
    if (config.zeroPoint || !infoOf(config.dtype).isInteger) {
        QParams qparams = gridOf(config, -1, 1);
        const auto [scale, zeroPoint] =
            chooseQParams(static_cast<float>(range.low), static_cast<float>(range.high), config.kind());
        qparams.scale[0] = scale;
        qparams.zeroPoint[0] = zeroPoint;
        return qparams;
    }
    const auto steps = static_cast<double>(config.quantMax - config.quantMin + 1);
    const bool symmetric = config.scheme == Scheme::Symmetric;
    const double high = symmetric ? std::max(std::abs(range.low), std::abs(range.high)) : range.high;
    const double low = symmetric ? -high : range.low;
    const double scale = (high - low) / steps;
    const int64_t zeroPoint =
        symmetric ? 0 : config.quantMin - static_cast<int64_t>(std::nearbyint(low / scale));
    return {config.dtype, -1, {scale}, {zeroPoint}, config.quantMin, config.quantMax};
}

}  // namespace qs
