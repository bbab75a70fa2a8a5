#include "runtime/xnnpack/signed_graph.h"

#include <ATen/ops/bitwise_xor.h>

namespace qs::runtime::xnnpack {

namespace {

constexpr int64_t kOffset = 128;

}  // namespace

at::Tensor toSigned(const at::Tensor& q) {
    return at::bitwise_xor(q, kOffset).view(at::kChar);
}

at::Tensor toUnsigned(const at::Tensor& q) {
    return at::bitwise_xor(q.view(at::kByte), kOffset);
}

}  // namespace qs::runtime::xnnpack
