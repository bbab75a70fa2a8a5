#pragma once

#include <memory>

#include "quant/observer.h"

namespace qs {

/// For results that never leave [low, high): the whole grid of `config` over that range, whatever is
/// observed. For quint8 that is PyTorch's FixedQParamsObserver: 1/256 and 0 for [0, 1), 2/256 and 128 for
/// [-1, 1). A signed or reduced grid covers the same range in its own steps; a symmetric one the range's
/// mirror image too, with z = 0.
std::unique_ptr<Observer> makeFixedRangeObserver(double low, double high, const TensorQConfig& config);

}  // namespace qs
