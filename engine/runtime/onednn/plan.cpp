#include "runtime/onednn/plan.h"

#include <ATen/ops/clone.h>

#include <chrono>

namespace qs::onednn {

std::vector<at::Tensor> Plan::run(std::span<const at::Tensor> inputs, const Executor::Tap& tap) {
    bindInputs(inputs);
    for (const PlannedNode& node : nodes_) {
        execute(node);
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

std::vector<at::Tensor> Plan::runTimed(std::span<const at::Tensor> inputs, std::span<double> nodeMs) {
    using Clock = std::chrono::steady_clock;
    bindInputs(inputs);
    auto before = Clock::now();
    for (size_t i = 0; i < nodes_.size(); ++i) {
        execute(nodes_[i]);
        const auto after = Clock::now();
        nodeMs[i] = std::chrono::duration<double, std::milli>(after - before).count();
        before = after;
    }
    return copyOutputs();
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

void Plan::execute(const PlannedNode& node) {
    for (const Step& step : node.steps) {
        step(stream_);
    }
}

std::vector<at::Tensor> Plan::copyOutputs() const {
    std::vector<at::Tensor> outputs;
    for (const ValueId id : outputs_) {
        outputs.push_back(at::clone(value(id).tensor(), at::MemoryFormat::Contiguous));
    }
    return outputs;
}

}  // namespace qs::onednn
