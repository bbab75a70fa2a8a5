#pragma once

#include <string>
#include <vector>

namespace qs {

/// The operators that a model may use, by qualified name ("aten::add"), grouped by kind: what computes its
/// results from its arguments and touches nothing else. Not among them: files, processes, threads, devices,
/// seeds, gradients, raw storage, and kernels that believe indices without a look. An operator in place
/// ("aten::add_") is allowed with the one that it is the form of.
const std::vector<std::string>& allowedNames();

}  // namespace qs
