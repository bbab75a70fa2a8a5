#pragma once

#include <ATen/core/Tensor.h>

#include <iosfwd>
#include <string>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs::test {

/// A network around one operator, made at batch 4, and inputs of batch 2 for it.
struct OpCase {
    std::string name;
    QuantizedGraph graph;
    std::vector<at::Tensor> inputs;
};

/// Every op entry on floats and, where it has an integer form, on integers.
std::vector<OpCase> entryCases();
/// Operators that no entry knows, with their arguments.
std::vector<OpCase> carriedCases();
/// Its name for messages and test names.
void PrintTo(const OpCase& opCase, std::ostream* out);

}  // namespace qs::test
