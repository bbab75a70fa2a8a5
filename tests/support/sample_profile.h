#pragma once

#include "protocol/messages.h"

/// The invented profile of sample_results.h's variants.
namespace qs::samples {

/// Quantize, dequantize and reorder steps where the precision changes, and one reorder before the last
/// convolution.
void addBoundaries(protocol::VariantResult& result);

/// Fills in what the profiler says: implementations and refusals, rates, bytes, restore costs of the layers,
/// peaks, summary and findings. Layers and boundaries must be there with their times. The steps add up to a
/// little more than the median of whole runs, and there is no energy.
void addProfile(protocol::VariantResult& result);

}  // namespace qs::samples
