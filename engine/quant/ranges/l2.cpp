#include <ATen/core/Tensor.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/sum.h>

#include <array>
#include <cmath>
#include <limits>

#include "core/translatable.h"
#include "quant/ranges/range_choice.h"
#include "quant/statistics/clones.h"

namespace qs {

namespace {

constexpr int bins = Histogram::kBins;

using Floats = std::array<float, bins>;

at::Tensor asTensor(const float* numbers) {
    return at::from_blob(const_cast<float*>(numbers), {bins}, at::kFloat);
}

/// A range cut to whole bins, and the step that its levels have.
struct Cut {
    int startBin = 0;
    float width = 0;  ///< of a bin
    float step = 0;
    float half = 0;  ///< of a step
    double lastLevel = 0;
};

/// The L2 error of values spread evenly with `density` between two distances from their level.
inline float errorBetween(float begin, float end, float density) {
    return density * ((end * end * end - begin * begin * begin) / 3.0F);
}

/// The quotient of two floats, floored in double, is exact for the few levels there are.
inline float levelOf(float distance, const Cut& cut) {
    const double level = distance > 0 ? double{distance} / double{cut.step} : 0.0;
    return static_cast<float>(static_cast<int>(level < cut.lastLevel ? level : cut.lastLevel));
}

/// By bin, the error of rounding what it holds to the levels of the cut.
QS_STATISTICS_CLONES void findErrors(const float* counts, Cut cut, float* errors) {
    for (int i = 0; i < bins; ++i) {
        const float begin = static_cast<float>(i - cut.startBin) * cut.width;
        const float end = begin + cut.width;
        const float first = levelOf(begin, cut);
        const float last = levelOf(end, cut);
        const float density = counts[i] / cut.width;
        float sum = errorBetween(begin - (first + 0.5F) * cut.step, cut.half, density);
        sum += (last - first - 1.0F) * errorBetween(-cut.half, cut.half, density);
        sum += errorBetween(-cut.half, end - (last * cut.step + cut.half), density);
        errors[i] = sum;
    }
}

/// PyTorch 1.13's HistogramObserver's search (torch/ao/quantization/observer.py), for the levels of any type.
/// Arithmetic and sums are in float32 where PyTorch's are, so that scale and zero point come out equal.
class L2Search {
  public:
    L2Search(const Histogram& histogram, int64_t levels) : histogram_(histogram), levels_(levels) {}

    /// Cuts the tails, always the one that costs less mass per bin, until the error grows
    /// (_non_linear_param_search).
    Range find() const;

  private:
    float quantizationError(int startBin, int endBin) const;

    const Histogram& histogram_;
    int64_t levels_;
};

/// Error of quantizing everything seen to the levels over the bins [startBin, endBin]
/// (_compute_quantization_error), in units of a power of two near the bins' width: cubes of distances neither
/// overflow nor vanish, and nothing else changes.
float L2Search::quantizationError(int startBin, int endBin) const {
    const Range& range = histogram_.range();
    const double width = (double{range.max} - double{range.min}) / bins;
    const double binWidth = std::scalbn(width, -std::ilogb(width));
    const double levelWidth = binWidth * (endBin - startBin + 1) / static_cast<double>(levels_);
    const Cut cut{startBin, static_cast<float>(binWidth), static_cast<float>(levelWidth),
                  static_cast<float>(levelWidth / 2), static_cast<double>(levels_) - 1.0};
    Floats errors;
    findErrors(histogram_.counts().data(), cut, errors.data());
    return at::sum(asTensor(errors.data())).item<float>();
}

Range L2Search::find() const {
    const Range& range = histogram_.range();
    const float binWidth = (range.max - range.min) / static_cast<float>(bins);
    if (binWidth == 0 || !std::isfinite(binWidth)) {
        return range;
    }
    constexpr double stepSize = 1e-5;
    const at::Tensor counts = asTensor(histogram_.counts().data());
    const double total = at::sum(counts).item<float>();
    const at::Tensor cumulative = at::cumsum(counts, 0);
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
        if (error > least) {
            break;
        }
        least = error;
        startBin = nextStart;
        endBin = nextEnd;
    }
    return {range.min + binWidth * static_cast<float>(startBin),
            range.min + binWidth * static_cast<float>(endBin + 1)};
}

}  // namespace

void register_l2(Registry<RangeChoice>& registry) {
    registry.add("l2", {QT_TRANSLATE_NOOP("Engine",
                                          "PyTorch's search for the least L2 error: cuts the tails "
                                          "until it grows"),
                        RangeChoice::Needs::Histogram,
                        {},
                        {},
                        [](const Range& seen, const Histogram& histogram, const TensorQConfig& grid,
                           const Parameters&) {
                            const int64_t levels = levelsOf(grid);
                            return levels == 0 ? seen : L2Search(histogram, levels).find();
                        }});
}

}  // namespace qs
