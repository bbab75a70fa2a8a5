#include <ATen/core/grad_mode.h>

#include <chrono>
#include <numeric>

#include "core/guard.h"
#include "core/translatable.h"
#include "runtime/cut.h"
#include "runtime/executor.h"
#include "runtime/reference/node.h"
#include "runtime/timed_runs.h"

namespace qs {

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

class ReferenceExecutor : public Executor {
  public:
    explicit ReferenceExecutor(QuantizedGraph graph) : graph_(std::move(graph)) {
        lastReader_.assign(graph_.values.size(), -1);
        for (size_t i = 0; i < graph_.nodes.size(); ++i) {
            for (const ValueId input : graph_.nodes[i].inputs) {
                lastReader_[slot(input)] = static_cast<int>(i);
            }
        }
    }

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs, const Tap& tap) override {
        if (inputs.size() != graph_.inputs.size()) {
            return failure("the model takes " + std::to_string(graph_.inputs.size()) + " inputs, not " +
                           std::to_string(inputs.size()));
        }
        std::vector<at::Tensor> tensors(graph_.values.size());
        for (size_t i = 0; i < inputs.size(); ++i) {
            tensors[slot(graph_.inputs[i])] = inputs[i];
        }
        std::vector<size_t> all(graph_.nodes.size());
        std::iota(all.begin(), all.end(), size_t{0});
        return runNodes(all, std::move(tensors), graph_.outputs, tap);
    }

    Result<std::vector<at::Tensor>> runFrom(const Cut& cut, std::span<const ValueId> wanted) override {
        QS_ASSIGN(const CutScope scope, cutScope(graph_, cut, wanted));
        std::vector<at::Tensor> tensors(graph_.values.size());
        for (const ValueId input : scope.inputs) {
            tensors[slot(input)] = cut.at(input);
        }
        QS_ASSIGN(const std::vector<at::Tensor> outputs,
                  runNodes(scope.nodes, std::move(tensors), scope.outputs, {}));
        return gather(cut, wanted, scope, outputs);
    }

    Result<std::vector<at::Tensor>> runNode(size_t index, std::span<const at::Tensor> inputs) override {
        const at::NoGradGuard noGrad;
        const QNode& node = graph_.nodes.at(index);
        return guard("layer " + node.layer + " (" + node.op + ")",
                     [&] { return runReferenceNode(graph_, node, inputs); });
    }

    Result<std::unique_ptr<Profiler>> profiler(std::span<const at::Tensor> inputs) override;

    const QuantizedGraph& graph() const override { return graph_; }

  private:
    static size_t slot(ValueId id) { return static_cast<size_t>(id.index); }

    /// `tensors`: what is known before, by value.
    Result<std::vector<at::Tensor>> runNodes(std::span<const size_t> nodes, std::vector<at::Tensor> tensors,
                                             std::span<const ValueId> wanted, const Tap& tap) {
        std::vector<bool> kept(tensors.size(), false);
        for (const ValueId value : wanted) {
            kept[slot(value)] = true;
        }
        for (const size_t i : nodes) {
            const QNode& node = graph_.nodes[i];
            std::vector<at::Tensor> arguments;
            for (const ValueId input : node.inputs) {
                arguments.push_back(tensors[slot(input)]);
            }
            QS_ASSIGN(std::vector<at::Tensor> outputs, runNode(i, arguments));
            if (tap) {
                tap(i, outputs);
            }
            for (size_t o = 0; o < outputs.size(); ++o) {
                tensors[slot(node.outputs[o])] = std::move(outputs[o]);
            }
            for (const ValueId input : node.inputs) {
                if (!kept[slot(input)] && lastReader_[slot(input)] == static_cast<int>(i)) {
                    tensors[slot(input)] = at::Tensor();
                }
            }
        }
        std::vector<at::Tensor> results;
        for (const ValueId value : wanted) {
            results.push_back(tensors[slot(value)]);
        }
        return results;
    }

    QuantizedGraph graph_;
    std::vector<int> lastReader_;  ///< by value: index of a node
};

class ReferenceProfiler : public Profiler {
  public:
    ReferenceProfiler(ReferenceExecutor& executor, std::span<const at::Tensor> inputs)
        : executor_(executor), inputs_(inputs.begin(), inputs.end()) {}

    Result<InferenceTime> run() override {
        clock_.start();
        QS_TRY(executor_.run(inputs_, {}));
        return clock_.stop();
    }

    Status runTimed() override {
        RunTimes times;
        auto last = Clock::now();
        QS_TRY(executor_.run(inputs_, [&](size_t, std::span<const at::Tensor>) {
            const auto now = Clock::now();
            times.rows.push_back(milliseconds(now - last));
            last = now;
        }));
        runs_.add(std::move(times));
        return {};
    }

    Profile profile(const LatencyStats& total) const override {
        TimedRuns runs = runs_;
        runs.choose(total.medianMs);
        Profile profile{.total = total, .nodes = {}};
        for (size_t i = 0; i < executor_.graph().nodes.size(); ++i) {
            runs.write(i, profile.nodes.emplace_back(NodeTime{.node = i, .implementation = "reference"}));
        }
        return profile;
    }

  private:
    ReferenceExecutor& executor_;
    std::vector<at::Tensor> inputs_;
    InferenceClock clock_;
    TimedRuns runs_;
};

Result<std::unique_ptr<Profiler>> ReferenceExecutor::profiler(std::span<const at::Tensor> inputs) {
    return std::unique_ptr<Profiler>(std::make_unique<ReferenceProfiler>(*this, inputs));
}

}  // namespace

Result<std::unique_ptr<Executor>> makeReferenceExecutor(QuantizedGraph graph) {
    return std::unique_ptr<Executor>(std::make_unique<ReferenceExecutor>(std::move(graph)));
}

void register_reference(Registry<Backend>& registry) {
    registry.add("reference",
                 {QT_TRANSLATE_NOOP("Engine", "reference: every step simulated in FP32, slow and right"),
                  makeReferenceExecutor});
}

}  // namespace qs
