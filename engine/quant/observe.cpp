#include "quant/observe.h"

#include <algorithm>

#include "core/guard.h"
#include "data/loader.h"
#include "runtime/executor.h"

namespace qs {

namespace {

struct Part {
    FusionGroup group;
    std::optional<LayerWeights> weights;
};

/// A group with a residual add as two: the convolution, and the add with its activation.
void separateSum(const Graph& graph, const FusionGroup& group, const std::optional<LayerWeights>& weights,
                 std::vector<Part>& parts) {
    FusionGroup weighted;
    weighted.primary = group.primary;
    weighted.batchNorm = group.batchNorm;
    weighted.members = {group.primary};
    if (group.batchNorm) {
        weighted.members.push_back(*group.batchNorm);
    }
    weighted.inputs = {group.inputs.at(0)};
    weighted.outputs = {preAddValue(graph, group)};
    FusionGroup sum;
    sum.primary = *group.add;
    sum.activation = group.activation;
    sum.members = {*group.add};
    if (group.activation) {
        sum.members.push_back(*group.activation);
    }
    sum.inputs = graph.node(*group.add).inputs;
    sum.outputs = group.outputs;
    parts.push_back({std::move(weighted), weights});
    parts.push_back({std::move(sum), std::nullopt});
}

/// Keeps statistics of what runs past, by the name of its value.
class Watcher {
  public:
    explicit Watcher(const QuantizedGraph& graph) : graph_(graph) {}

    void input(size_t index, const at::Tensor& x) { see(graph_.inputs.at(index), x); }

    Executor::Tap tap() {
        return [this](size_t node, std::span<const at::Tensor> outputs) {
            for (size_t i = 0; i < outputs.size(); ++i) {
                see(graph_.nodes[node].outputs.at(i), outputs[i]);
            }
        };
    }

    NetworkStatistics take() { return std::move(seen_); }
    void addSamples(int64_t samples) { seen_.samples += samples; }

  private:
    void see(ValueId value, const at::Tensor& x) {
        if (x.is_floating_point()) {
            seen_.values[graph_.value(value).name].add(x);
        }
    }

    const QuantizedGraph& graph_;
    NetworkStatistics seen_;
};

}  // namespace

Result<QuantizedGraph> observableForm(const Network& network) {
    std::vector<Part> parts;
    for (size_t i = 0; i < network.groups.size(); ++i) {
        const FusionGroup& group = network.groups[i];
        if (group.add) {
            separateSum(network.graph, group, network.weights[i], parts);
        } else {
            parts.push_back({group, network.weights[i]});
        }
    }
    std::ranges::sort(
        parts, [](const Part& a, const Part& b) { return a.group.members.back() < b.group.members.back(); });
    Network separated;
    separated.graph = network.graph;
    for (Part& part : parts) {
        separated.groups.push_back(std::move(part.group));
        separated.weights.push_back(std::move(part.weights));
    }
    return convertFloat(separated);
}

Result<NetworkStatistics> observe(const Network& network, const Dataset& data, int64_t samples, int64_t batch,
                                  Job& job) {
    QS_ASSIGN(QuantizedGraph form, observableForm(network));
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(std::move(form)));
    Watcher watcher(executor->graph());
    BatchStream stream(data, firstSamples(data, samples), {.batch = batch});
    int64_t seen = 0;
    job.begin("Calibrating", stream.total());
    for (;;) {
        QS_ASSIGN(const std::optional<Batch> read, stream.next());
        if (!read) {
            break;
        }
        if (read->size() > 0) {
            QS_TRY(guard("calibration", [&]() -> Status {
                for (size_t i = 0; i < read->inputs.size(); ++i) {
                    watcher.input(i, read->inputs[i]);
                }
                QS_TRY(executor->run(read->inputs, watcher.tap()));
                return {};
            }));
        }
        seen += read->size();
        QS_TRY(job.step(stream.done()));
    }
    if (seen == 0) {
        return failure("nothing to calibrate on: no sample of the data could be read and is finite");
    }
    watcher.addSamples(seen);
    return watcher.take();
}

}  // namespace qs
