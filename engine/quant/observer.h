#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

#include "core/registry.h"
#include "core/result.h"
#include "graph/qparams.h"
#include "ops/quantize.h"
#include "quant/qconfig.h"

namespace qs {

/// Watches float32 tensors and proposes qparams.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void observe(const at::Tensor& x) = 0;
    /// An error before anything was observed, or where only NaN or infinity was.
    virtual Result<QParams> qparams() const = 0;
};

/// `channelAxis` is used by per-channel observers only (0 for conv2d and linear weights).
using ObserverFactory = std::function<std::unique_ptr<Observer>(const TensorQConfig&, int channelAxis)>;

/// min_max, per_channel_min_max, histogram, moving_average_min_max, moving_average_per_channel_min_max.
const Registry<ObserverFactory>& observers();
Result<std::unique_ptr<Observer>> makeObserver(const TensorQConfig& config, int channelAxis = 0);

/// Scale and zero point from a range, as PyTorch's UniformQuantizationObserverBase computes them: range
/// widened to include 0; symmetric scale = max|x| / ((quantMax - quantMin) / 2); scale at least FLT_EPSILON.
/// float32 arithmetic.
void chooseQParams(float min, float max, Scheme scheme, DType dtype, int64_t quantMin, int64_t quantMax,
                   double& scale, int64_t& zeroPoint);

}  // namespace qs
