#include <ATen/core/grad_mode.h>

#include <chrono>

#include "core/guard.h"
#include "core/translatable.h"
#include "runtime/executor.h"
#include "runtime/latency_stats.h"
#include "runtime/reference/node.h"

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
                lastReader_[static_cast<size_t>(input.index)] = static_cast<int>(i);
            }
        }
        for (const ValueId output : graph_.outputs) {
            lastReader_[static_cast<size_t>(output.index)] = static_cast<int>(graph_.nodes.size());
        }
    }

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs, const Tap& tap) override {
        if (inputs.size() != graph_.inputs.size()) {
            return failure("the model takes " + std::to_string(graph_.inputs.size()) + " inputs, not " +
                           std::to_string(inputs.size()));
        }
        std::vector<at::Tensor> tensors(graph_.values.size());
        for (size_t i = 0; i < inputs.size(); ++i) {
            tensors[static_cast<size_t>(graph_.inputs[i].index)] = inputs[i];
        }
        for (size_t i = 0; i < graph_.nodes.size(); ++i) {
            const QNode& node = graph_.nodes[i];
            std::vector<at::Tensor> arguments;
            for (const ValueId input : node.inputs) {
                arguments.push_back(tensors[static_cast<size_t>(input.index)]);
            }
            QS_ASSIGN(std::vector<at::Tensor> outputs, runNode(i, arguments));
            if (tap) {
                tap(i, outputs);
            }
            for (size_t o = 0; o < outputs.size(); ++o) {
                tensors[static_cast<size_t>(node.outputs[o].index)] = std::move(outputs[o]);
            }
            for (const ValueId input : node.inputs) {
                if (lastReader_[static_cast<size_t>(input.index)] == static_cast<int>(i)) {
                    tensors[static_cast<size_t>(input.index)] = at::Tensor();
                }
            }
        }
        std::vector<at::Tensor> results;
        for (const ValueId output : graph_.outputs) {
            results.push_back(tensors[static_cast<size_t>(output.index)]);
        }
        return results;
    }

    Result<std::vector<at::Tensor>> runNode(size_t index, std::span<const at::Tensor> inputs) override {
        const at::NoGradGuard noGrad;
        const QNode& node = graph_.nodes.at(index);
        return guard("layer " + node.layer + " (" + node.op + ")",
                     [&] { return runReferenceNode(graph_, node, inputs); });
    }

    Result<Profile> profile(std::span<const at::Tensor> inputs, int warmup, int runs,
                            const Job& job) override {
        std::vector<double> totals;
        std::vector<std::vector<double>> nodes(graph_.nodes.size());
        for (int i = -warmup; i < runs; ++i) {
            QS_TRY(job.checkCancelled());
            const auto begin = Clock::now();
            auto last = begin;
            QS_TRY(run(inputs, [&](size_t node, std::span<const at::Tensor>) {
                const auto now = Clock::now();
                if (i >= 0) {
                    nodes[node].push_back(milliseconds(now - last));
                }
                last = now;
            }));
            if (i >= 0) {
                totals.push_back(milliseconds(Clock::now() - begin));
            }
        }
        Profile profile{.total = summarize(std::move(totals)), .nodes = {}};
        for (size_t i = 0; i < nodes.size() && runs > 0; ++i) {
            const LatencyStats stats = summarize(std::move(nodes[i]));
            profile.nodes.push_back({.node = i,
                                     .ms = stats.medianMs,
                                     .implementation = "reference",
                                     .p10Ms = stats.p10Ms,
                                     .p90Ms = stats.p90Ms});
        }
        return profile;
    }

    const QuantizedGraph& graph() const override { return graph_; }

  private:
    QuantizedGraph graph_;
    std::vector<int> lastReader_;
};

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
