#include "quant/observers/moving_average.h"
#include "quant/observers/range.h"

namespace qs {

namespace {

/// Moving average of the minimum and maximum of each tensor seen; the first one sets it.
class MovingAverageMinMaxObserver : public Observer {
  public:
    explicit MovingAverageMinMaxObserver(TensorQConfig config) : config_(std::move(config)) {}

    void observe(const at::Tensor& x) override {
        const auto seen = finiteRange(x);
        if (!seen) {
            return;
        }
        range_ = range_ ? Range{movedTowards(range_->min, seen->min), movedTowards(range_->max, seen->max)}
                        : *seen;
    }

    Result<QParams> qparams() const override {
        return range_ ? Result<QParams>(qparamsOf(*range_, config_)) : nothingObserved();
    }

  private:
    TensorQConfig config_;
    std::optional<Range> range_;
};

}  // namespace

void register_moving_average_min_max(Registry<ObserverFactory>& registry) {
    registry.add("moving_average_min_max", [](const TensorQConfig& config, int) {
        return std::make_unique<MovingAverageMinMaxObserver>(config);
    });
}

}  // namespace qs
