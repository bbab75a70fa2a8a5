#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"

namespace qs::runtime {

class NodeBuilder;

/// One way to run a node: adds its steps and returns a name for the layer table ("brgconv:avx512_core_vnni"),
/// or the reason why it cannot. May throw what its library throws; what it added is dropped then.
using Lowering = std::function<Result<std::string>(NodeBuilder&)>;

/// Ways to run an op, best first. The reference implementation stands after the last one.
using Kernel = std::vector<Lowering>;
using KernelRegistry = Registry<Kernel>;

/// A library's kernels. A plan asks several of them in order, then the reference implementation.
struct KernelSource {
    std::string library;  ///< as messages name it
    const KernelRegistry* kernels;
};
using KernelSources = std::vector<KernelSource>;

}  // namespace qs::runtime
