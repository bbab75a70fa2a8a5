#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "graph/quantized_graph.h"

namespace qs {

/// Inputs of a network, a tensor an input, batch by batch.
using InputBatches = std::vector<std::vector<at::Tensor>>;

/// `count` samples of the data (all where it has fewer), evenly spread over it. Failure where none of them
/// can be read.
Result<InputBatches> readSpread(const Dataset& data, int64_t count, int64_t batch, Job& job);

/// Takes samples through a network one step at a time, on the fast executor, so that a step can be changed by
/// what arrives at it. Each step runs once; of the values between only those are kept that later steps read.
class StepWalk {
  public:
    StepWalk(const QuantizedGraph& graph, const InputBatches& batches);

    /// The most bytes that a walk keeps at a time, per sample.
    static int64_t bytesPerSample(const QuantizedGraph& graph);

    /// The step that comes next.
    const QNode& step() const { return graph_.nodes[next_]; }
    bool atEnd() const { return next_ == graph_.nodes.size(); }
    const QValue& inputValue(size_t input) const { return graph_.value(step().inputs.at(input)); }
    /// What arrives at it, batch by batch: integers as uint8 or int8.
    const std::vector<at::Tensor>& input(size_t input) const { return values_.at(step().inputs.at(input)); }
    /// Runs it as `changed`, which reads and makes the same values, and goes on to the next.
    Status runAs(const QNode& changed, const Job& job);
    Status run(const Job& job) { return runAs(step(), job); }

  private:
    const QuantizedGraph& graph_;
    std::vector<size_t> lastReaders_;  ///< by ValueId
    size_t batches_;
    size_t next_ = 0;
    std::map<ValueId, std::vector<at::Tensor>> values_;  ///< batch by batch
};

}  // namespace qs
