#include "analysis/fixed_batch.h"

#include <ATen/ops/arange.h>

namespace qs {

std::vector<at::Tensor> padBatch(std::span<const at::Tensor> tensors, int64_t batch) {
    std::vector<at::Tensor> padded;
    for (const at::Tensor& tensor : tensors) {
        const int64_t samples = tensor.size(0);
        padded.push_back(samples == batch ? tensor
                                          : tensor.index_select(0, at::arange(batch).remainder(samples)));
    }
    return padded;
}

int64_t batchDimension(const Shape& shape, int64_t batch) {
    for (size_t dimension = 0; dimension < 2 && dimension < shape.size(); ++dimension) {
        if (shape[dimension] == batch) {
            return static_cast<int64_t>(dimension);
        }
    }
    return -1;
}

std::vector<at::Tensor> cutBatch(std::span<const at::Tensor> outputs, int64_t samples, int64_t batch) {
    std::vector<at::Tensor> cut;
    for (const at::Tensor& output : outputs) {
        const int64_t dimension = batchDimension(output.sizes().vec(), batch);
        cut.push_back(dimension < 0 ? output : output.narrow(dimension, 0, samples).contiguous());
    }
    return cut;
}

}  // namespace qs
