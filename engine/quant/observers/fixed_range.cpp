#include "quant/observers/fixed_range.h"

#include <algorithm>
#include <cmath>

namespace qs {

namespace {

class FixedRangeObserver : public Observer {
  public:
    FixedRangeObserver(double low, double high, const TensorQConfig& config) {
        const auto steps = static_cast<double>(config.quantMax - config.quantMin + 1);
        const bool symmetric = config.scheme == Scheme::Symmetric;
        if (symmetric) {
            high = std::max(std::abs(low), std::abs(high));
            low = -high;
        }
        const double scale = (high - low) / steps;
        const int64_t zeroPoint =
            symmetric ? 0 : config.quantMin - static_cast<int64_t>(std::nearbyint(low / scale));
        qparams_ = {config.dtype, -1, {scale}, {zeroPoint}, config.quantMin, config.quantMax};
    }

    void observe(const at::Tensor&) override {}
    Result<QParams> qparams() const override { return qparams_; }

  private:
    QParams qparams_;
};

}  // namespace

std::unique_ptr<Observer> makeFixedRangeObserver(double low, double high, const TensorQConfig& config) {
    return std::make_unique<FixedRangeObserver>(low, high, config);
}

}  // namespace qs
