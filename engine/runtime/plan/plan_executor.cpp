#include "runtime/plan/plan_executor.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <omp.h>

#include <algorithm>
#include <limits>
#include <list>
#include <map>
#include <tuple>

#include "core/guard.h"
#include "runtime/cut.h"
#include "runtime/plan/plan_builder.h"
#include "runtime/plan/profile.h"
#include "runtime/threads.h"

namespace qs::runtime {

namespace {

constexpr size_t kWholePlans = 4;                    // batch sizes in use at a time
constexpr size_t kCutPlans = 32;                     // places that a search starts from
constexpr int64_t kCutPlanBytes = int64_t{1} << 29;  // of the activations that they hold
constexpr size_t kNodePlans = 128;  // layer-by-layer comparison walks the whole graph batch by batch

/// Plans for the input shapes seen last, most recent first.
class PlanCache {
  public:
    explicit PlanCache(size_t capacity, int64_t bytes = std::numeric_limits<int64_t>::max())
        : capacity_(capacity), bytes_(bytes) {}

    template <typename Make>
    std::shared_ptr<Plan> get(size_t scope, std::span<const at::Tensor> inputs, const Make& make) {
        const int threads = omp_get_max_threads();
        for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
            if (entry->scope == scope && entry->threads == threads && fits(*entry, inputs)) {
                entries_.splice(entries_.begin(), entries_, entry);
                return entries_.front().plan;
            }
        }
        Entry entry{scope, threads, {}, make()};
        for (const at::Tensor& input : inputs) {
            entry.inputs.emplace_back(input.scalar_type(), input.sizes().vec());
        }
        entries_.push_front(std::move(entry));
        while (entries_.size() > capacity_ || (entries_.size() > 1 && heldBytes() > bytes_)) {
            entries_.pop_back();
        }
        return entries_.front().plan;
    }

    /// The plan used last; null where there is none.
    const Plan* last() const { return entries_.empty() ? nullptr : entries_.front().plan.get(); }

  private:
    struct Entry {
        size_t scope;
        int threads;  // primitives are generated for a number of threads
        std::vector<std::pair<at::ScalarType, Shape>> inputs;
        std::shared_ptr<Plan> plan;
    };

    static bool fits(const Entry& entry, std::span<const at::Tensor> inputs) {
        return std::ranges::equal(entry.inputs, inputs, [](const auto& planned, const at::Tensor& input) {
            return planned.first == input.scalar_type() && input.sizes() == planned.second;
        });
    }

    int64_t heldBytes() const {
        int64_t bytes = 0;
        for (const Entry& entry : entries_) {
            bytes += entry.plan->facts().arenaBytes;
        }
        return bytes;
    }

    size_t capacity_;
    int64_t bytes_;
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
            inputs[i].scalar_type() != (infoOf(value.qparams->dtype).isSigned ? at::kChar : at::kByte)) {
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
            return wholePlan(held)->run(held, tap);
        });
    }

    Result<std::vector<at::Tensor>> runNode(size_t node, std::span<const at::Tensor> inputs) override {
        const PlanScope scope = singleNode(graph_, node);
        QS_TRY(checkInputs(graph_, scope.inputs, inputs));
        return guard("cannot run layer '" + graph_.nodes[node].layer + "'", [&] {
            const at::NoGradGuard noGrad;
            adoptThreads();
            const auto held = contiguous(inputs);
            const auto plan = nodePlans_.get(
                node, held, [&] { return buildPlan(graph_, scope, sources_, held, weights_); });
            return plan->run(held);
        });
    }

    Result<std::vector<at::Tensor>> runFrom(const Cut& cut, std::span<const ValueId> wanted) override {
        QS_ASSIGN(const CutScope cutting, cutScope(graph_, cut, wanted));
        std::vector<at::Tensor> inputs;
        for (const ValueId input : cutting.inputs) {
            inputs.push_back(cut.at(input));
        }
        QS_TRY(checkInputs(graph_, cutting.inputs, inputs));
        if (cutting.outputs.empty()) {
            return gather(cut, wanted, cutting, {});
        }
        return guard("cannot run the model from a cut", [&] {
            const at::NoGradGuard noGrad;
            const PlanScope scope{cutting.nodes, cutting.inputs, cutting.outputs, layoutsOf(cutting.inputs)};
            const auto held = inLayouts(inputs, scope.layouts);
            adoptThreads();
            const auto plan = cutPlans_.get(
                cutIndex(cutting), held, [&] { return buildPlan(graph_, scope, sources_, held, weights_); });
            return gather(cut, wanted, cutting, plan->run(held));
        });
    }

    Result<std::unique_ptr<Profiler>> profiler(std::span<const at::Tensor> inputs) override {
        QS_TRY(checkInputs(graph_, graph_.inputs, inputs));
        return guard("cannot profile the model", [&] {
            const at::NoGradGuard noGrad;
            auto held = contiguous(inputs);
            auto plan = wholePlan(held);
            return makePlanProfiler(std::move(plan), std::move(held));
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

    static std::vector<at::Tensor> inLayouts(std::span<const at::Tensor> inputs,
                                             std::span<const Layout> layouts) {
        std::vector<at::Tensor> held;
        for (size_t i = 0; i < inputs.size(); ++i) {
            const bool isVolume = inputs[i].dim() == 5;
            held.push_back(inputs[i].contiguous(layouts[i] == Layout::Contiguous
                                                    ? at::MemoryFormat::Contiguous
                                                : isVolume ? at::MemoryFormat::ChannelsLast3d
                                                           : at::MemoryFormat::ChannelsLast));
        }
        return held;
    }

    /// The layouts in which whole runs have the values: kernels then take them as they do there, and add up
    /// floats in the same order.
    std::vector<Layout> layoutsOf(std::span<const ValueId> values) {
        const Plan* whole = wholePlans_.last();
        if (!whole) {
            std::vector<at::Tensor> zeros;
            for (const ValueId input : graph_.inputs) {
                zeros.push_back(at::zeros(graph_.value(input).shape, graph_.value(input).dtype));
            }
            whole = wholePlan(zeros).get();
        }
        std::vector<Layout> layouts;
        for (const ValueId value : values) {
            layouts.push_back(whole->layoutOf(value));
        }
        return layouts;
    }

    /// A number for each place that was started from.
    size_t cutIndex(const CutScope& scope) {
        return cuts_.try_emplace({scope.nodes, scope.inputs, scope.outputs}, cuts_.size()).first->second;
    }

    std::shared_ptr<Plan> wholePlan(std::span<const at::Tensor> inputs) {
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
    PlanCache cutPlans_{kCutPlans, kCutPlanBytes};
    std::map<std::tuple<std::vector<size_t>, std::vector<ValueId>, std::vector<ValueId>>, size_t> cuts_;
};

}  // namespace

std::unique_ptr<Executor> makePlanExecutor(QuantizedGraph graph, KernelSources sources) {
    return std::make_unique<PlanExecutor>(std::move(graph), std::move(sources));
}

}  // namespace qs::runtime
