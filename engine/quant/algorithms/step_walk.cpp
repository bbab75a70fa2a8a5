#include "quant/algorithms/step_walk.h"

#include <c10/core/ScalarType.h>

#include <algorithm>

#include "data/loader.h"
#include "runtime/executor.h"

namespace qs {

namespace {

/// By ValueId the last step that reads the value, or makes it where none does.
std::vector<size_t> lastReadersOf(const QuantizedGraph& graph) {
    std::vector<size_t> last(graph.values.size(), 0);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        for (const auto* values : {&graph.nodes[i].inputs, &graph.nodes[i].outputs}) {
            for (const ValueId value : *values) {
                last[static_cast<size_t>(value.index)] = i;
            }
        }
    }
    return last;
}

int64_t bytesOf(const QValue& value) {
    int64_t bytes = value.isInteger() ? 1 : static_cast<int64_t>(c10::elementSize(value.dtype));
    for (const int64_t extent : value.shape) {
        bytes *= extent;
    }
    return bytes;
}

/// The step as a graph of its own.
QuantizedGraph alone(const QuantizedGraph& graph, QNode step) {
    QuantizedGraph single;
    std::map<ValueId, ValueId> taken;
    for (auto* values : {&step.inputs, &step.outputs}) {
        for (ValueId& value : *values) {
            const auto [known, isNew] =
                taken.try_emplace(value, ValueId{static_cast<int32_t>(single.values.size())});
            if (isNew) {
                single.values.push_back(graph.value(value));
                single.values.back().id = known->second;
            }
            value = known->second;
        }
    }
    single.inputs = step.inputs;
    single.outputs = step.outputs;
    single.nodes.push_back(std::move(step));
    return single;
}

}  // namespace

Result<InputBatches> readSpread(const Dataset& data, int64_t count, int64_t batch, Job& job) {
    count = std::min(count, data.size());
    std::vector<int64_t> indices;
    for (int64_t i = 0; i < count; ++i) {
        indices.push_back(i * data.size() / count);
    }
    BatchStream stream(data, std::move(indices), {.batch = batch});
    InputBatches batches;
    for (;;) {
        QS_ASSIGN(std::optional<Batch> read, stream.next());
        if (!read) {
            break;
        }
        if (read->size() > 0) {
            batches.push_back(std::move(read->inputs));
        }
        QS_TRY(job.checkCancelled());
    }
    if (batches.empty()) {
        return failure("no sample of the calibration data could be read and is finite");
    }
    return batches;
}

StepWalk::StepWalk(const QuantizedGraph& graph, const InputBatches& batches)
    : graph_(graph), lastReaders_(lastReadersOf(graph)), batches_(batches.size()) {
    for (size_t input = 0; input < graph.inputs.size(); ++input) {
        for (const std::vector<at::Tensor>& batch : batches) {
            values_[graph.inputs[input]].push_back(batch.at(input));
        }
    }
}

int64_t StepWalk::bytesPerSample(const QuantizedGraph& graph) {
    const std::vector<size_t> last = lastReadersOf(graph);
    int64_t kept = 0, most = 0;
    for (const ValueId input : graph.inputs) {
        kept += bytesOf(graph.value(input));
    }
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        const QNode& step = graph.nodes[i];
        for (const ValueId output : step.outputs) {
            kept += bytesOf(graph.value(output));
        }
        most = std::max(most, kept);
        std::vector<ValueId> touched = step.inputs;
        touched.insert(touched.end(), step.outputs.begin(), step.outputs.end());
        std::sort(touched.begin(), touched.end());
        touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
        for (const ValueId value : touched) {
            kept -= last[static_cast<size_t>(value.index)] == i ? bytesOf(graph.value(value)) : 0;
        }
    }
    const Shape& input = graph.value(graph.inputs.at(0)).shape;
    const int64_t samples = input.empty() ? 1 : std::max<int64_t>(input[0], 1);
    return std::max<int64_t>(most / samples, 1);
}

Status StepWalk::runAs(const QNode& changed, const Job& job) {
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(alone(graph_, changed)));
    std::vector<std::vector<at::Tensor>> outputs(changed.outputs.size());
    for (size_t batch = 0; batch < batches_; ++batch) {
        QS_TRY(job.checkCancelled());
        std::vector<at::Tensor> inputs;
        for (const ValueId input : changed.inputs) {
            inputs.push_back(values_.at(input)[batch]);
        }
        QS_ASSIGN(std::vector<at::Tensor> made, executor->runNode(0, inputs));
        for (size_t i = 0; i < made.size(); ++i) {
            outputs[i].push_back(std::move(made[i]));
        }
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
        values_[changed.outputs[i]] = std::move(outputs[i]);
    }
    std::erase_if(values_, [&](const auto& value) {
        return lastReaders_[static_cast<size_t>(value.first.index)] == next_;
    });
    ++next_;
    return {};
}

}  // namespace qs
