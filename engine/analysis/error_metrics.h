#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace qs {

/// Error of a tensor y against its reference x, accumulated over batches in double precision.
class ErrorMetrics {
  public:
    /// Tensors of the same shape, any strides; float32.
    void add(const at::Tensor& reference, const at::Tensor& actual);

    /// 20 * log10(|x| / |x - y|); absent where there is no signal or no error (it would be infinite).
    std::optional<double> sqnrDb() const;
    /// x . y / (|x| |y|); absent where either is zero.
    std::optional<double> cosine() const;
    /// Mean of (x - y)^2; absent before anything was added.
    std::optional<double> mse() const;

  private:
    int64_t count_ = 0;
    double referenceSquares_ = 0;
    double actualSquares_ = 0;
    double products_ = 0;
    double errorSquares_ = 0;
};

}  // namespace qs
