#include <ATen/TensorOperators.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/sum.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "quant/observers/range.h"

namespace qs {

namespace {

constexpr int bins = 2048;
constexpr int upsampling = 128;
/// Levels that the search assumes, whatever range was asked for (PyTorch: 2 ** bits).
constexpr int levels = 256;

/// Counts of finite `x` in equal bins over [low, high], the last one closed.
at::Tensor countInBins(const at::Tensor& x, float low, float high) {
    std::array<int64_t, bins> counts{};
    const at::Tensor flat = x.contiguous();
    const float* values = flat.data_ptr<float>();
    const float width = high - low;
    for (int64_t i = 0; i < flat.numel(); ++i) {
        const float position = (values[i] - low) * bins / width;
        ++counts[position < bins ? static_cast<size_t>(position) : size_t{bins - 1}];
    }
    at::Tensor histogram = at::empty({bins}, at::kFloat);
    std::copy(counts.begin(), counts.end(), histogram.data_ptr<float>());
    return histogram;
}

/// The L2 error of values spread evenly with `density` between two distances from their level.
float errorBetween(float begin, float end, float density) {
    return density * ((end * end * end - begin * begin * begin) / 3.0f);
}

/// PyTorch 1.13's HistogramObserver (torch/ao/quantization/observer.py): 2048 bins over a range that grows
/// with the data, and a search for the range with the least L2 error. Arithmetic is in float32 where
/// PyTorch's is, so that scale and zero point come out equal. Departures, each where 1.13 goes wrong:
///  - it counts over the range truncated to integers, so that bins and range disagree; here the range is
///  exact;
///  - it materialises the upsampled histogram, whose size is the ratio of the ranges (an outlier of 1e6 takes
///    terabytes); here its running sum is evaluated at the bin edges only;
///  - its bins stop counting at 2^24 within a tensor, and it has no answer to infinity and NaN; those are
///  left out.
class HistogramObserver : public Observer {
  public:
    explicit HistogramObserver(TensorQConfig config) : config_(std::move(config)) {}

    void observe(const at::Tensor& x) override {
        const at::Tensor values = finiteElements(x);
        const auto seen = finiteRange(values);
        if (!seen) {
            return;
        }
        if (!range_ || range_->min == range_->max) {
            range_ = *seen;
            histogram_ = countInBins(values, seen->min, seen->max);
            return;
        }
        merge(values, *seen);
    }

    Result<QParams> qparams() const override {
        return range_ ? Result<QParams>(qparamsOf(searchRange(), config_)) : nothingObserved();
    }

  private:
    void merge(const at::Tensor& values, const Range& seen);
    at::Tensor spread(int64_t downsampling, int64_t offset) const;
    Range searchRange() const;
    float quantizationError(int startBin, int endBin) const;

    TensorQConfig config_;
    std::optional<Range> range_;
    at::Tensor histogram_;  ///< float32 [bins], over range_
};

/// Widens the range to hold `seen` so that `downsampling` fine bins (a 128th of an old bin) make a new one,
/// then adds the new counts to the old histogram spread over the new bins (_adjust_min_max and forward).
void HistogramObserver::merge(const at::Tensor& values, const Range& seen) {
    Range wider{std::min(seen.min, range_->min), std::max(seen.max, range_->max)};
    const float fineWidth = (range_->max - range_->min) / static_cast<float>(bins * upsampling);
    const float ratio = std::ceil((wider.max - wider.min) / (bins * fineWidth));
    if (!(ratio < 0x1p31f)) {
        // All that was seen before lies in one bin.
        const double position = (double{range_->min} - wider.min) / (double{wider.max} - wider.min) * bins;
        const auto bin = std::min(static_cast<int64_t>(position), int64_t{bins - 1});
        const at::Tensor before = at::sum(histogram_);
        histogram_ = countInBins(values, wider.min, wider.max);
        histogram_[bin] += before;
        range_ = wider;
        return;
    }
    const auto offset = static_cast<int64_t>(std::nearbyint((range_->min - wider.min) / fineWidth));
    // Only the maximum is relaxed: for one-sided data the minimum stays at zero.
    wider.max += ratio * (bins * fineWidth) - (wider.max - wider.min);
    const bool sameRange = wider.min == range_->min && wider.max == range_->max;
    const at::Tensor old = sameRange ? histogram_ : spread(static_cast<int64_t>(ratio), offset);
    histogram_ = countInBins(values, wider.min, wider.max) + old;
    range_ = wider;
}

/// The histogram on new bins of `downsampling` fine bins each, beginning `offset` fine bins after their start
/// (_combine_histograms).
at::Tensor HistogramObserver::spread(int64_t downsampling, int64_t offset) const {
    // Rounding in float32 can push the old range past the end of the new one.
    const int64_t start = std::min(offset, bins * (downsampling - upsampling));
    const float* old = histogram_.data_ptr<float>();
    std::array<double, bins + 1> integral{};
    for (size_t i = 0; i < bins; ++i) {
        integral[i + 1] = integral[i] + double{old[i]} * upsampling;
    }
    const auto integralAt = [&](int64_t fine) {
        const int64_t inside = std::clamp(fine - start, int64_t{0}, int64_t{bins} * upsampling);
        const auto bin = static_cast<size_t>(inside / upsampling);
        return bin == bins ? integral[bins] : integral[bin] + double{old[bin]} * (inside % upsampling);
    };
    at::Tensor histogram = at::empty({bins}, at::kFloat);
    float* counts = histogram.data_ptr<float>();
    float before = 0;  // float32 as in PyTorch
    for (int64_t i = 0; i < bins; ++i) {
        const double upTo = integralAt((i + 1) * downsampling);
        counts[i] = static_cast<float>((upTo - before) / upsampling);
        before = static_cast<float>(upTo);
    }
    return histogram;
}

/// Error of quantizing everything seen to 256 levels over the bins [startBin, endBin]
/// (_compute_quantization_error).
float HistogramObserver::quantizationError(int startBin, int endBin) const {
    const double binWidth = (double{range_->max} - double{range_->min}) / bins;
    const double levelWidth = binWidth * (endBin - startBin + 1) / levels;
    const auto width = static_cast<float>(binWidth);
    const auto step = static_cast<float>(levelWidth);
    const auto half = static_cast<float>(levelWidth / 2);
    const float* counts = histogram_.data_ptr<float>();
    at::Tensor errors = at::empty({bins}, at::kFloat);
    float* error = errors.data_ptr<float>();
    // The quotient of two floats, floored in double, is exact for the few levels there are.
    const auto levelOf = [&](float distance) {
        const double level = distance > 0 ? double{distance} / double{step} : 0.0;
        return static_cast<float>(static_cast<int>(std::min(level, levels - 1.0)));
    };
    for (int i = 0; i < bins; ++i) {
        const float begin = static_cast<float>(i - startBin) * width;
        const float end = begin + width;
        const float first = levelOf(begin);
        const float last = levelOf(end);
        const float density = counts[i] / width;
        float sum = errorBetween(begin - (first + 0.5f) * step, half, density);
        sum += (last - first - 1.0f) * errorBetween(-half, half, density);
        sum += errorBetween(-half, end - (last * step + half), density);
        error[i] = sum;
    }
    return at::sum(errors).item<float>();
}

/// Cuts the tails, always the one that costs less mass per bin, until the error grows
/// (_non_linear_param_search).
Range HistogramObserver::searchRange() const {
    const float binWidth = (range_->max - range_->min) / static_cast<float>(bins);
    if (binWidth == 0 || !std::isfinite(binWidth)) {
        return *range_;
    }
    constexpr double stepSize = 1e-5;
    const double total = at::sum(histogram_).item<float>();
    const at::Tensor cumulative = at::cumsum(histogram_, 0);
    const float* sums = cumulative.data_ptr<float>();
    double alpha = 0;
    double beta = 1;
    int startBin = 0;
    int endBin = bins - 1;
    float least = std::numeric_limits<float>::infinity();
    while (alpha < beta) {
        const double nextAlpha = alpha + stepSize;
        const double nextBeta = beta - stepSize;
        int left = startBin;
        int right = endBin;
        while (left < endBin && sums[left] < static_cast<float>(nextAlpha * total)) {
            ++left;
        }
        while (right > startBin && sums[right] > static_cast<float>(nextBeta * total)) {
            --right;
        }
        int nextStart = startBin;
        int nextEnd = endBin;
        if (left - startBin > endBin - right) {
            nextStart = left;
            alpha = nextAlpha;
        } else {
            nextEnd = right;
            beta = nextBeta;
        }
        if (nextStart == startBin && nextEnd == endBin) {
            continue;
        }
        const float error = quantizationError(nextStart, nextEnd);
        // Not finite: distances whose cube overflows; PyTorch would go on cutting blindly.
        if (error > least || !std::isfinite(error)) {
            break;
        }
        least = error;
        startBin = nextStart;
        endBin = nextEnd;
    }
    return {range_->min + binWidth * static_cast<float>(startBin),
            range_->min + binWidth * static_cast<float>(endBin + 1)};
}

}  // namespace

void register_histogram(Registry<ObserverFactory>& registry) {
    registry.add("histogram", [](const TensorQConfig& config, int) {
        return std::make_unique<HistogramObserver>(config);
    });
}

}  // namespace qs
