#include "core/translatable.h"
#include "quant/ranges/range_choice.h"

namespace qs {

namespace {

/// The least number that `mass` of the counts do not exceed, as if counts lay evenly in their bins.
double quantile(const Histogram& histogram, double mass) {
    double below = 0;
    for (int bin = 0; bin < Histogram::kBins; ++bin) {
        const double count = histogram.counts()[static_cast<size_t>(bin)];
        if (count > 0 && below + count >= mass) {
            const double begin = histogram.edge(bin);
            return begin + (histogram.edge(bin + 1) - begin) * std::clamp((mass - below) / count, 0.0, 1.0);
        }
        below += count;
    }
    return histogram.range().max;
}

Range withoutTails(const Range& seen, const Histogram& histogram, const TensorQConfig&,
                   const Parameters& parameters) {
    const double total = histogram.total();
    const double tail = total * (1 - parameters.at("percentile") / 100);
    // The range of a histogram may be wider than what was seen.
    const auto within = [&](double x) { return std::clamp(static_cast<float>(x), seen.min, seen.max); };
    return {tail > 0 ? within(quantile(histogram, tail)) : seen.min,
            tail > 0 ? within(quantile(histogram, total - tail)) : seen.max};
}

}  // namespace

void register_percentile(Registry<RangeChoice>& registry) {
    registry.add("percentile",
                 {QT_TRANSLATE_NOOP("Engine", "leaves out the same share of numbers at either end"),
                  RangeChoice::Needs::Histogram,
                  {{"percentile",
                    QT_TRANSLATE_NOOP("Engine",
                                      "per cent of the numbers that the upper end is to hold, and "
                                      "the lower end likewise"),
                    99.99, 50.001, 100}},
                  {},
                  withoutTails});
}

}  // namespace qs
