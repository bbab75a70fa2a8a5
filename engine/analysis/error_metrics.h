#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace qs {

/// Error of a tensor y against its reference x, accumulated over batches in double precision. Where either
/// holds a value that is not finite there is no such error: the figures are absent, and the values are
/// counted. Masked places (the same number below -1e4 in both, or minus infinity) are left out and counted:
/// nothing is wrong with them, and as signal they would hide what is.
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

    /// Values of x and of y that are infinite or not a number.
    int64_t referenceNotFinite() const { return referenceNotFinite_; }
    int64_t actualNotFinite() const { return actualNotFinite_; }
    int64_t masked() const { return masked_; }

  private:
    bool isFinite() const { return referenceNotFinite_ == 0 && actualNotFinite_ == 0; }

    int64_t count_ = 0;
    int64_t referenceNotFinite_ = 0;
    int64_t actualNotFinite_ = 0;
    int64_t masked_ = 0;
    double referenceSquares_ = 0;
    double actualSquares_ = 0;
    double products_ = 0;
    double errorSquares_ = 0;
};

}  // namespace qs
