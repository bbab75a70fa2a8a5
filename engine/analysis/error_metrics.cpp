#include "analysis/error_metrics.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <cmath>

namespace qs {

namespace {

constexpr double kMasked = -1e4;

}  // namespace

void ErrorMetrics::add(const at::Tensor& reference, const at::Tensor& actual) {
    TORCH_CHECK(reference.sizes() == actual.sizes(), "error of tensors of different shapes");
    const bool sameLayout = actual.is_non_overlapping_and_dense() && reference.strides() == actual.strides();
    const at::Tensor x = sameLayout ? reference : reference.contiguous();
    const at::Tensor y = sameLayout ? actual : actual.contiguous();
    const float* px = x.data_ptr<float>();
    const float* py = y.data_ptr<float>();
    const int64_t count = x.numel();
    for (int64_t i = 0; i < count; ++i) {
        const double a = px[i], b = py[i];
        if (a == b && a < kMasked) {
            ++masked_;
            continue;
        }
        const bool isNumberA = std::isfinite(a), isNumberB = std::isfinite(b);
        if (!isNumberA || !isNumberB) {
            referenceNotFinite_ += isNumberA ? 0 : 1;
            actualNotFinite_ += isNumberB ? 0 : 1;
            continue;
        }
        referenceSquares_ += a * a;
        actualSquares_ += b * b;
        products_ += a * b;
        errorSquares_ += (a - b) * (a - b);
    }
    count_ += count;
}

std::optional<double> ErrorMetrics::sqnrDb() const {
    if (!isFinite() || referenceSquares_ == 0 || errorSquares_ == 0) {
        return std::nullopt;
    }
    return 10 * std::log10(referenceSquares_ / errorSquares_);
}

std::optional<double> ErrorMetrics::cosine() const {
    if (!isFinite() || referenceSquares_ == 0 || actualSquares_ == 0) {
        return std::nullopt;
    }
    return products_ / std::sqrt(referenceSquares_) / std::sqrt(actualSquares_);
}

std::optional<double> ErrorMetrics::mse() const {
    return count_ == masked_ || !isFinite()
               ? std::nullopt
               : std::optional(errorSquares_ / static_cast<double>(count_ - masked_));
}

}  // namespace qs
