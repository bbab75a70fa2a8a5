#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <string>

#include "runtime/executor.h"

namespace qs::test {

/// How far two integer tensors are apart.
struct Agreement {
    int64_t count = 0;
    int64_t equal = 0;
    int64_t within1 = 0;
    void add(const at::Tensor& a, const at::Tensor& b);
    double exactShare() const { return static_cast<double>(equal) / static_cast<double>(count); }
    double within1Share() const { return static_cast<double>(within1) / static_cast<double>(count); }
};

/// What node `node` of `executor`'s graph gives for `inputs` must match the reference: integers within 1 LSB
/// on at least 99.9 %, floats to 1e-5 of the largest. Also adds to `total` where given.
void expectMatchesReference(Executor& executor, size_t node, std::span<const at::Tensor> inputs,
                            Agreement* total = nullptr);

/// What ran node `node` of the whole graph; of the reference, why nothing better did, in parentheses.
std::string implementationOf(Executor& executor, size_t node, std::span<const at::Tensor> graphInputs);

}  // namespace qs::test
