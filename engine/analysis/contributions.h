#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "analysis/error_metrics.h"
#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "runtime/executor.h"

namespace qs {

/// What a quantized layer does to the network's outputs by itself.
struct Contribution {
    /// Of the layer's output where this layer alone is quantized: its inputs are the float network's, on the
    /// grids that it reads. Rounding belongs to one layer: what an integer layer hands on is rounded by that
    /// layer and given to both sides here; what a boundary before this one rounds (of a graph input, of a
    /// float layer, to another grid) is this one's.
    ErrorMetrics local;
    /// That error added to the float network's value, and carried by the float network's layers to its
    /// outputs: |change of an output|^2 / |output|^2, summed over outputs. Absent where that is not possible.
    std::optional<double> noise;
    std::string obstacle;  ///< why not; empty where there is a noise
    /// `noise` as part of the sum over all layers, 0 to 1: errors of layers are nearly independent, so that
    /// their powers add up to that of the output's error as long as they are small. Absent without `noise`, 0
    /// where no layer makes any.
    std::optional<double> share;
};

/// By name, the contribution of each layer of `quantized` that does not compute in float32, on the first
/// `samples` samples. `reference`: the float form of the same network. Takes about half a float inference of
/// these samples for each layer.
Result<std::map<std::string, Contribution>> contributions(Executor& reference, Executor& quantized,
                                                          Dataset& data, int64_t samples, int64_t batch,
                                                          Job& job);

}  // namespace qs
