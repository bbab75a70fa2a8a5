#include "quant/observers/fixed_range.h"

#include <cmath>

namespace qs {

namespace {

class FixedRangeObserver : public Observer {
  public:
    FixedRangeObserver(double low, double high, const TensorQConfig& config) {
        const double scale = (high - low) / static_cast<double>(config.quantMax - config.quantMin + 1);
        const auto zeroPoint = config.quantMin - static_cast<int64_t>(std::nearbyint(low / scale));
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
