#include "quant/observers/moving_average.h"
#include "quant/observers/range.h"

namespace qs {

namespace {

/// Moving average of each channel's minimum and maximum; the first finite values of a channel set it.
class MovingAveragePerChannelMinMaxObserver : public Observer {
  public:
    MovingAveragePerChannelMinMaxObserver(TensorQConfig config, int axis)
        : config_(std::move(config)), axis_(axis) {}

    void observe(const at::Tensor& x) override {
        if (x.numel() == 0) {
            return;
        }
        const ChannelRanges seen = finiteChannelRanges(x, axis_);
        if (!ranges_.min.defined()) {
            ranges_ = seen;
            return;
        }
        auto min = ranges_.min.accessor<float, 1>();
        auto max = ranges_.max.accessor<float, 1>();
        const auto seenMin = seen.min.accessor<float, 1>();
        const auto seenMax = seen.max.accessor<float, 1>();
        for (int64_t c = 0; c < min.size(0); ++c) {
            if (seenMin[c] > seenMax[c]) {
                continue;
            }
            const bool first = min[c] > max[c];
            min[c] = first ? seenMin[c] : movedTowards(min[c], seenMin[c]);
            max[c] = first ? seenMax[c] : movedTowards(max[c], seenMax[c]);
        }
    }

    Result<QParams> qparams() const override { return qparamsOf(ranges_, config_, axis_); }

  private:
    TensorQConfig config_;
    int axis_;
    ChannelRanges ranges_;
};

}  // namespace

void register_moving_average_per_channel_min_max(Registry<ObserverFactory>& registry) {
    registry.add("moving_average_per_channel_min_max", [](const TensorQConfig& config, int axis) {
        return std::make_unique<MovingAveragePerChannelMinMaxObserver>(config, axis);
    });
}

}  // namespace qs
