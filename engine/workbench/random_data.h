#pragma once

#include <memory>

#include "data/dataset.h"

namespace qs {

/// Unlabelled samples of standard-normal noise (zeros for inputs of an integer type), for measuring a model
/// without data. The same for the same seed.
std::unique_ptr<Dataset> makeRandomData(std::vector<SampleInput> inputs, int64_t samples, uint64_t seed);

}  // namespace qs
