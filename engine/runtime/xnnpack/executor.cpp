#include "runtime/executor.h"

#include <utility>

#include "core/guard.h"
#include "core/translatable.h"
#include "runtime/kernels/kernels.h"
#include "runtime/plan/plan_executor.h"
#include "runtime/xnnpack/kernels.h"
#include "runtime/xnnpack/signed_graph.h"

namespace qs {

namespace runtime::xnnpack {

namespace {

bool isUnsigned(const QValue& value) {
    return value.isInteger() && !infoOf(value.qparams->dtype).isSigned;
}

/// Plans of the signed graph. What callers give and see are the graph's own types.
class XnnpackExecutor final : public Executor {
  public:
    explicit XnnpackExecutor(QuantizedGraph graph)
        : graph_(std::move(graph)),
          plans_(makePlanExecutor(withSignedActivations(graph_),
                                  {{"XNNPACK", &xnnpackKernels()}, {"loop", &loopKernels()}})) {}

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs, const Tap& tap) override {
        if (!tap) {
            return plans_->run(inputs);
        }
        return plans_->run(inputs, [&](size_t node, std::span<const at::Tensor> outputs) {
            tap(node, withOwnTypes(node, outputs));
        });
    }

    Result<std::vector<at::Tensor>> runNode(size_t node, std::span<const at::Tensor> inputs) override {
        const QNode& step = graph_.nodes.at(node);
        std::vector<at::Tensor> given(inputs.begin(), inputs.end());
        for (size_t i = 0; i < given.size() && i < step.inputs.size(); ++i) {
            QS_TRY(makeSigned(graph_.value(step.inputs[i]), given[i]));
        }
        QS_ASSIGN(const std::vector<at::Tensor> outputs, plans_->runNode(node, given));
        return withOwnTypes(node, outputs);
    }

    Result<std::vector<at::Tensor>> runFrom(const Cut& cut, std::span<const ValueId> wanted) override {
        Cut given = cut;
        for (auto& [id, tensor] : given) {
            QS_TRY(makeSigned(graph_.value(id), tensor));
        }
        QS_ASSIGN(std::vector<at::Tensor> results, plans_->runFrom(given, wanted));
        for (size_t i = 0; i < results.size(); ++i) {
            if (isUnsigned(graph_.value(wanted[i]))) {
                results[i] = toUnsigned(results[i]);
            }
        }
        return results;
    }

    Result<std::unique_ptr<Profiler>> profiler(std::span<const at::Tensor> inputs) override {
        return plans_->profiler(inputs);
    }

    const QuantizedGraph& graph() const override { return graph_; }

  private:
    static Status makeSigned(const QValue& value, at::Tensor& given) {
        if (!isUnsigned(value) || !given.defined()) {
            return {};
        }
        if (given.scalar_type() != at::kByte) {
            return failure("input '" + value.name + "' is not of the integer type of its qparams");
        }
        given = toSigned(given);
        return {};
    }

    std::vector<at::Tensor> withOwnTypes(size_t node, std::span<const at::Tensor> outputs) const {
        std::vector<at::Tensor> own(outputs.begin(), outputs.end());
        for (size_t i = 0; i < own.size(); ++i) {
            if (isUnsigned(graph_.value(graph_.nodes[node].outputs[i]))) {
                own[i] = toUnsigned(own[i]);
            }
        }
        return own;
    }

    QuantizedGraph graph_;
    std::unique_ptr<Executor> plans_;
};

}  // namespace

}  // namespace runtime::xnnpack

Result<std::unique_ptr<Executor>> makeXnnpackExecutor(QuantizedGraph graph) {
    return guard("cannot prepare the model for XNNPACK", [&]() -> std::unique_ptr<Executor> {
        return std::make_unique<runtime::xnnpack::XnnpackExecutor>(std::move(graph));
    });
}

void register_xnnpack(Registry<Backend>& registry) {
    registry.add("xnnpack", {QT_TRANSLATE_NOOP("Engine", "XNNPACK: what a phone's library would do"),
                             makeXnnpackExecutor});
}

}  // namespace qs
