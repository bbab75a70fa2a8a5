#include "runtime/onednn/plan_executor.h"

#include <ATen/core/grad_mode.h>
#include <omp.h>

#include <algorithm>
#include <list>

#include "core/guard.h"
#include "core/translatable.h"
#include "runtime/onednn/plan_builder.h"
#include "runtime/onednn/profile.h"
#include "runtime/threads.h"

namespace qs {

namespace onednn {

namespace {

constexpr size_t kWholePlans = 4;   // batch sizes in use at a time
constexpr size_t kNodePlans = 128;  // layer-by-layer comparison walks the whole graph batch by batch

/// Plans for the input shapes seen last, most recent first.
class PlanCache {
  public:
    explicit PlanCache(size_t capacity) : capacity_(capacity) {}

    template <typename Make>
    Plan& get(size_t scope, std::span<const at::Tensor> inputs, const Make& make) {
        const int threads = omp_get_max_threads();
        for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
            if (entry->scope == scope && entry->threads == threads && fits(*entry, inputs)) {
                entries_.splice(entries_.begin(), entries_, entry);
                return *entries_.front().plan;
            }
        }
        Entry entry{scope, threads, {}, make()};
        for (const at::Tensor& input : inputs) {
            entry.inputs.emplace_back(input.scalar_type(), input.sizes().vec());
        }
        entries_.push_front(std::move(entry));
        if (entries_.size() > capacity_) {
            entries_.pop_back();
        }
        return *entries_.front().plan;
    }

  private:
    struct Entry {
        size_t scope;
        int threads;  // primitives are generated for a number of threads
        std::vector<std::pair<at::ScalarType, Shape>> inputs;
        std::unique_ptr<Plan> plan;
    };

    static bool fits(const Entry& entry, std::span<const at::Tensor> inputs) {
        return std::ranges::equal(entry.inputs, inputs, [](const auto& planned, const at::Tensor& input) {
            return planned.first == input.scalar_type() && input.sizes() == planned.second;
        });
    }

    size_t capacity_;
    std::list<Entry> entries_;
};

Status checkInputs(const QuantizedGraph& graph, const std::vector<ValueId>& ids,
                   std::span<const at::Tensor> inputs) {
    if (inputs.size() != ids.size()) {
        return failure("expected " + std::to_string(ids.size()) + " inputs, got " +
                       std::to_string(inputs.size()));
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
        const QValue& value = graph.value(ids[i]);
        if (!inputs[i].defined() || inputs[i].numel() == 0) {
            return failure("input '" + value.name + "' is empty");
        }
        if (value.isInteger() &&
            inputs[i].scalar_type() != (value.qparams->dtype == DType::UInt8 ? at::kByte : at::kChar)) {
            return failure("input '" + value.name + "' is not of the integer type of its qparams");
        }
    }
    return {};
}

class PlanExecutor final : public Executor {
  public:
    PlanExecutor(QuantizedGraph graph, KernelSources sources)
        : graph_(std::move(graph)), whole_(wholeGraph(graph_)), sources_(std::move(sources)) {
        const auto makeContiguous = [](std::optional<at::Tensor>& tensor) {
            if (tensor) {
                tensor = tensor->contiguous();
            }
        };
        for (QNode& node : graph_.nodes) {
            makeContiguous(node.weight);
            makeContiguous(node.bias);
            makeContiguous(node.weightInt);
        }
    }

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs, const Tap& tap) override {
        QS_TRY(checkInputs(graph_, graph_.inputs, inputs));
        return guard("cannot run the model", [&] {
            const at::NoGradGuard noGrad;
            const auto held = contiguous(inputs);
            return wholePlan(held).run(held, tap);
        });
    }

    Result<std::vector<at::Tensor>> runNode(size_t node, std::span<const at::Tensor> inputs) override {
        const PlanScope scope = singleNode(graph_, node);
        QS_TRY(checkInputs(graph_, scope.inputs, inputs));
        return guard("cannot run layer '" + graph_.nodes[node].layer + "'", [&] {
            const at::NoGradGuard noGrad;
            adoptThreads();
            const auto held = contiguous(inputs);
            Plan& plan = nodePlans_.get(node, held,
                                        [&] { return buildPlan(graph_, scope, sources_, held, weights_); });
            return plan.run(held);
        });
    }

    Result<Profile> profile(std::span<const at::Tensor> inputs, int warmup, int runs,
                            const Job& job) override {
        QS_TRY(checkInputs(graph_, graph_.inputs, inputs));
        return guard("cannot profile the model", [&] {
            const at::NoGradGuard noGrad;
            const auto held = contiguous(inputs);
            return profilePlan(wholePlan(held), held, warmup, runs, job);
        });
    }

    const QuantizedGraph& graph() const override { return graph_; }

  private:
    static std::vector<at::Tensor> contiguous(std::span<const at::Tensor> inputs) {
        std::vector<at::Tensor> held;
        for (const at::Tensor& input : inputs) {
            held.push_back(input.contiguous());
        }
        return held;
    }

    Plan& wholePlan(std::span<const at::Tensor> inputs) {
        adoptThreads();
        return wholePlans_.get(0, inputs,
                               [&] { return buildPlan(graph_, whole_, sources_, inputs, weights_); });
    }

    QuantizedGraph graph_;
    PlanScope whole_;
    KernelSources sources_;
    WeightCache weights_;
    PlanCache wholePlans_{kWholePlans};
    PlanCache nodePlans_{kNodePlans};
};

}  // namespace

std::unique_ptr<Executor> makePlanExecutor(QuantizedGraph graph, KernelSources sources) {
    return std::make_unique<PlanExecutor>(std::move(graph), std::move(sources));
}

}  // namespace onednn

Result<std::unique_ptr<Executor>> makeOneDnnExecutor(QuantizedGraph graph) {
    return guard("cannot prepare the model for oneDNN", [&] {
        return onednn::makePlanExecutor(std::move(graph), {{"oneDNN", &oneDnnKernels()}});
    });
}

void register_onednn(Registry<Backend>& registry) {
    registry.add("onednn", {QT_TRANSLATE_NOOP("Engine", "oneDNN: this machine's fastest integer kernels"),
                            makeOneDnnExecutor});
}

}  // namespace qs
