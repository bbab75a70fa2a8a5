#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>

#include "quant/observers/range.h"

namespace qs {

namespace {

/// Running minimum and maximum of each channel over everything seen.
class PerChannelMinMaxObserver : public Observer {
  public:
    PerChannelMinMaxObserver(TensorQConfig config, int axis) : config_(std::move(config)), axis_(axis) {}

    void observe(const at::Tensor& x) override {
        if (x.numel() == 0) {
            return;
        }
        const ChannelRanges seen = finiteChannelRanges(x, axis_);
        ranges_ = ranges_.min.defined()
                      ? ChannelRanges{at::minimum(ranges_.min, seen.min), at::maximum(ranges_.max, seen.max)}
                      : seen;
    }

    Result<QParams> qparams() const override { return qparamsOf(ranges_, config_, axis_); }

  private:
    TensorQConfig config_;
    int axis_;
    ChannelRanges ranges_;
};

}  // namespace

void register_per_channel_min_max(Registry<ObserverFactory>& registry) {
    registry.add("per_channel_min_max", [](const TensorQConfig& config, int axis) {
        return std::make_unique<PerChannelMinMaxObserver>(config, axis);
    });
}

}  // namespace qs
