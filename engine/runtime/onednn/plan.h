#pragma once

#include <ATen/core/Tensor.h>

#include <cstdlib>
#include <dnnl.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/quantized_graph.h"
#include "runtime/executor.h"
#include "runtime/onednn/operand.h"

namespace qs::onednn {

/// One call of a primitive or loop with everything bound; allocates nothing.
using Step = std::function<void(const dnnl::stream&)>;

/// A value while a plan runs. Types that the arena does not hold (an operator's int64 indices) are `boxed`:
/// only reference steps produce and read them.
struct PlanValue {
    Operand operand;
    at::Tensor boxed;
    bool inArena() const { return operand.buffer != nullptr; }
    at::Tensor tensor() const { return inArena() ? operand.tensor() : boxed; }
};

/// A node with its steps.
struct PlannedNode {
    size_t node = 0;  ///< index into QuantizedGraph::nodes
    std::vector<Step> steps;
    std::vector<ValueId> outputs;
    std::string implementation;
};

/// A QuantizedGraph, or one step of it, made ready for fixed input shapes and a fixed number of threads:
/// primitives created, weights packed, one arena for all activations. Running it allocates only the returned
/// outputs, apart from what reference steps allocate. Not thread-safe. Built by buildPlan().
class Plan {
  public:
    /// `inputs`: contiguous, of the types and shapes the plan was built for. Outputs are contiguous copies.
    /// Throws what the libraries throw.
    std::vector<at::Tensor> run(std::span<const at::Tensor> inputs, const Executor::Tap& tap = {});

    /// As run(), with each node's wall time in milliseconds written to `nodeMs`.
    std::vector<at::Tensor> runTimed(std::span<const at::Tensor> inputs, std::span<double> nodeMs);

    const std::vector<PlannedNode>& nodes() const { return nodes_; }
    size_t arenaBytes() const { return arenaBytes_; }

  private:
    friend class PlanBuilder;
    Plan() : stream_(cpuEngine()) {}

    void bindInputs(std::span<const at::Tensor> inputs);
    void execute(const PlannedNode& node);
    std::vector<at::Tensor> copyOutputs() const;
    PlanValue& value(ValueId id) { return values_[static_cast<size_t>(id.index)]; }
    const PlanValue& value(ValueId id) const { return values_[static_cast<size_t>(id.index)]; }

    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };

    dnnl::stream stream_;
    std::vector<std::unique_ptr<Buffer>> buffers_;
    std::vector<PlanValue> values_;  // indexed by ValueId; never resized after construction
    std::vector<PlannedNode> nodes_;
    std::vector<ValueId> inputs_;
    std::vector<ValueId> outputs_;
    std::unique_ptr<void, Free> arena_;
    size_t arenaBytes_ = 0;
};

}  // namespace qs::onednn
