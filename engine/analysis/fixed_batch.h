#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace qs {

/// For networks that run one batch size only (Graph::fixedBatch()).

/// Tensors of N <= `batch` samples, brought to `batch` by repeating them in turn.
std::vector<at::Tensor> padBatch(std::span<const at::Tensor> tensors, int64_t batch);

/// Where N stands in an output of `shape` at `batch` samples: 0, or 1 (T x N x C), or -1 in neither place.
int64_t batchDimension(const Shape& shape, int64_t batch);

/// The outputs without what padding added, for the first `samples` of `batch`. An output that has no N stays.
std::vector<at::Tensor> cutBatch(std::span<const at::Tensor> outputs, int64_t samples, int64_t batch);

}  // namespace qs
