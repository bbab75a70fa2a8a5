#pragma once

#include <ATen/core/Tensor.h>
#include <time.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/quantized_graph.h"
#include "runtime/executor.h"
#include "runtime/plan/operand.h"
#include "runtime/timed_runs.h"

namespace qs::runtime {

/// One call of a library's kernel or of a loop with everything bound; allocates nothing.
using Step = std::function<void()>;

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
    size_t node = 0;             ///< index into QuantizedGraph::nodes
    std::vector<Step> reorders;  ///< bring inputs into the layout that `steps` want; run first
    std::vector<Step> steps;
    std::vector<ValueId> outputs;
    std::string implementation;
    std::vector<std::string> refusals;  ///< why better implementations were not taken, best first
    int64_t reorderBytes = 0;           ///< read and written by `reorders`
    int64_t bytes = 0;                  ///< of inputs, weights and outputs, each once; 0 without steps
};

/// A time to itself in a profile: a node's reorders, or its steps.
struct PlannedRow {
    size_t node = 0;  ///< index into Plan::nodes()
    bool isReorder = false;
};

/// A QuantizedGraph, or one step of it, made ready for fixed input shapes and a fixed number of threads:
/// primitives created, weights packed, one arena for all activations. Running it allocates only the returned
/// outputs, apart from what reference steps allocate. Not thread-safe. Built by buildPlan().
class Plan {
  public:
    /// `inputs`: of the types, shapes and layouts the plan was built for, dense. Outputs are contiguous
    /// copies. Throws what the libraries throw.
    std::vector<at::Tensor> run(std::span<const at::Tensor> inputs, const Executor::Tap& tap = {});

    /// As run(), with the time of each part by `clock` written to `times`, whose rows have their size
    /// already.
    std::vector<at::Tensor> runTimed(std::span<const at::Tensor> inputs, RunTimes& times, clockid_t clock);

    const std::vector<PlannedNode>& nodes() const { return nodes_; }
    /// What has steps, in order. Views have none.
    const std::vector<PlannedRow>& rows() const { return rows_; }
    const PlanFacts& facts() const { return facts_; }
    /// In which the value lies.
    Layout layoutOf(ValueId id) const { return value(id).operand.layout; }

  private:
    friend class PlanBuilder;
    Plan() = default;

    void bindInputs(std::span<const at::Tensor> inputs);
    static void execute(const std::vector<Step>& steps);
    std::vector<at::Tensor> copyOutputs() const;
    PlanValue& value(ValueId id) { return values_[static_cast<size_t>(id.index)]; }
    const PlanValue& value(ValueId id) const { return values_[static_cast<size_t>(id.index)]; }

    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };

    std::vector<std::unique_ptr<Buffer>> buffers_;
    std::vector<PlanValue> values_;  // indexed by ValueId; never resized after construction
    std::vector<PlannedNode> nodes_;
    std::vector<ValueId> inputs_;
    std::vector<ValueId> outputs_;
    std::vector<PlannedRow> rows_;
    std::unique_ptr<void, Free> arena_;
    PlanFacts facts_;
};

}  // namespace qs::runtime
