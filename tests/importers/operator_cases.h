#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "importers/onnx_model.h"

namespace qs::test {

/// One form of an ONNX operator, and the same by hand with ATen. Without `expected` only ONNX Runtime judges.
struct OperatorCase {
    std::string name;
    int opset;
    std::string nodes;
    Shape input;
    std::vector<Weight> weights = {};
    std::function<at::Tensor(const at::Tensor& x, const std::vector<at::Tensor>& w)> expected = {};
};

inline void PrintTo(const OperatorCase& operatorCase, std::ostream* stream) {
    *stream << operatorCase.name;
}

/// Of operators that look up places along axes: resizing, regions, sequences in reverse.
std::vector<OperatorCase> resamplingCases();
/// Of operators that go along a sequence step by step.
std::vector<OperatorCase> recurrentCases();

/// All: at least one for every operator that can be imported.
std::vector<OperatorCase> operatorCases();

}  // namespace qs::test
