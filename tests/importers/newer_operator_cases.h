#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace qs::test {

/// A model that calls a newer operator, and the same by hand with ATen. `forward` is the source of a method
/// of `self` whose inputs are x, y, ... and whose parameters are self.w0, self.w1, ...
struct NewerCase {
    std::string name;
    std::string forward;
    std::vector<Shape> inputs;
    std::vector<at::Tensor> parameters;
    std::function<at::Tensor(const std::vector<at::Tensor>& x, const std::vector<at::Tensor>& w)> expected;
};

inline void PrintTo(const NewerCase& newerCase, std::ostream* stream) {
    *stream << newerCase.name;
}

/// At least one for every operator that PyTorch 2 has and LibTorch 1.13 lacks or has otherwise.
std::vector<NewerCase> newerCases();

/// The formula of the documentation: softmax(q . k^T * scale + mask) . v, rows without any place 0.
at::Tensor attended(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                    const at::Tensor& mask = {}, double scale = 0);

/// 0 where the boolean mask lets a place be seen, else -infinity.
at::Tensor additive(const at::Tensor& seen);

/// Whether row i may see place j of `columns`: j <= i, also where there are more or fewer of them.
at::Tensor causal(int64_t rows, int64_t columns);

}  // namespace qs::test
