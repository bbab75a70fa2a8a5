#include "runtime/plan/plan.h"

#include <ATen/ops/clone.h>
#include <ATen/ops/empty.h>

#include <cstring>
#include <utility>

namespace qs::runtime {

std::vector<at::Tensor> Plan::run(std::span<const at::Tensor> inputs, const Executor::Tap& tap) {
    bindInputs(inputs);
    for (const PlannedNode& node : nodes_) {
        execute(node.reorders);
        execute(node.steps);
        if (tap) {
            std::vector<at::Tensor> outputs;
            for (const ValueId id : node.outputs) {
                outputs.push_back(value(id).tensor());
            }
            tap(node.node, outputs);
        }
    }
    return copyOutputs();
}

std::vector<at::Tensor> Plan::runTimed(std::span<const at::Tensor> inputs, RunTimes& times, clockid_t clock) {
    double before = millisecondsOf(clock);
    const auto lap = [&] {
        const double after = millisecondsOf(clock);
        return after - std::exchange(before, after);
    };
    bindInputs(inputs);
    times.other = lap();
    for (size_t i = 0; i < rows_.size(); ++i) {
        const PlannedNode& node = nodes_[rows_[i].node];
        execute(rows_[i].isReorder ? node.reorders : node.steps);
        times.rows[i] = lap();
    }
    auto outputs = copyOutputs();
    times.other += lap();
    return outputs;
}

void Plan::bindInputs(std::span<const at::Tensor> inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) {
        PlanValue& input = value(inputs_[i]);
        if (input.inArena()) {
            input.operand.buffer->bind(inputs[i].data_ptr());
        } else {
            input.boxed = inputs[i];
        }
    }
}

void Plan::execute(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
        step();
    }
}

namespace {

/// A contiguous tensor of its own; where the value lies so already, without a view of it in between.
at::Tensor copyOf(const PlanValue& value) {
    const Operand& operand = value.operand;
    if (!value.inArena() || !operand.isDense() ||
        !sameOrder(operand.shape, operand.layout, Layout::Contiguous)) {
        return at::clone(value.tensor(), at::MemoryFormat::Contiguous);
    }
    at::Tensor copy = at::empty(operand.shape, operand.type);
    if (operand.bytes() > 0) {
        std::memcpy(copy.data_ptr(), operand.buffer->data, operand.bytes());
    }
    return copy;
}

}  // namespace

std::vector<at::Tensor> Plan::copyOutputs() const {
    std::vector<at::Tensor> outputs;
    outputs.reserve(outputs_.size());
    for (const ValueId id : outputs_) {
        outputs.push_back(copyOf(value(id)));
    }
    return outputs;
}

}  // namespace qs::runtime
