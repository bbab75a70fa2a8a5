#include <algorithm>

#include "quant/observers/range.h"

namespace qs {

namespace {

/// Running minimum and maximum over everything seen.
class MinMaxObserver : public Observer {
  public:
    explicit MinMaxObserver(TensorQConfig config) : config_(std::move(config)) {}

    void observe(const at::Tensor& x) override {
        const auto seen = finiteRange(x);
        if (!seen) {
            return;
        }
        range_ = range_ ? Range{std::min(range_->min, seen->min), std::max(range_->max, seen->max)} : *seen;
    }

    Result<QParams> qparams() const override {
        return range_ ? Result<QParams>(qparamsOf(*range_, config_)) : nothingObserved();
    }

  private:
    TensorQConfig config_;
    std::optional<Range> range_;
};

}  // namespace

void register_min_max(Registry<ObserverFactory>& registry) {
    registry.add("min_max",
                 [](const TensorQConfig& config, int) { return std::make_unique<MinMaxObserver>(config); });
}

}  // namespace qs
