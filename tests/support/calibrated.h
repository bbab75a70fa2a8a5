#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "graph/quantized_graph.h"

namespace qs::test {

/// A model file converted twice: every layer in integers under `preset`, calibrated on noise, and every layer
/// in float.
struct Calibrated {
    QuantizedGraph integer;
    QuantizedGraph real;
};

Result<Calibrated> calibrateOnNoise(const std::string& path, const std::string& preset,
                                    const std::vector<int64_t>& inputShape);

}  // namespace qs::test
