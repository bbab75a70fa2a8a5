#include "runtime/plan/plan_builder.h"

#include <ATen/ops/full.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "core/guard.h"
#include "runtime/plan/arena.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"
#include "runtime/plan/places.h"
#include "runtime/reference/node.h"

namespace qs::runtime {

namespace {

/// Bytes behind the last buffer that may be read: XNNPACK's kernels load up to 16 beyond a tensor's end.
constexpr size_t kReadAhead = 64;

/// For concatenations in place the activations may take this part more than is needed at one time.
constexpr int64_t kLiveShareToSpend = 10;

Shape shapeOf(const at::Tensor& tensor) {
    return tensor.sizes().vec();
}

/// Position of each value's last reader, where a concatenation that takes an earlier one's result for some of
/// its inputs reads that instead; outputs are read after the last node.
std::vector<int> lastUses(const QuantizedGraph& graph, const PlanScope& scope, const Places& places) {
    std::vector<int> last(graph.values.size(), -1);
    for (size_t position = 0; position < scope.nodes.size(); ++position) {
        const QNode& node = graph.nodes[scope.nodes[position]];
        const std::vector<ValueId> inputs = places.partsOf(node);
        for (const auto* ids : {&inputs, &node.outputs}) {
            for (const ValueId id : *ids) {
                last[static_cast<size_t>(id.index)] = static_cast<int>(position);
            }
        }
    }
    for (const ValueId id : scope.outputs) {
        last[static_cast<size_t>(id.index)] = std::numeric_limits<int>::max();
    }
    return last;
}

}  // namespace

class PlanBuilder {
  public:
    PlanBuilder(const QuantizedGraph& graph, const PlanScope& scope, const KernelSources& sources,
                WeightCache& weights, const Places& places)
        : graph_(graph),
          scope_(scope),
          sources_(sources),
          weights_(weights),
          places_(places),
          lastUse_(lastUses(graph, scope, places)),
          plan_(new Plan) {
        plan_->values_.resize(graph.values.size());
        plan_->inputs_ = scope.inputs;
        plan_->outputs_ = scope.outputs;
    }

    /// The plan with its concatenations in place, unless that takes much more memory: a part that waits for
    /// the others takes their room too.
    static std::unique_ptr<Plan> make(const QuantizedGraph& graph, const PlanScope& scope,
                                      const KernelSources& sources, std::span<const at::Tensor> examples,
                                      WeightCache& weights) {
        const auto begin = std::chrono::steady_clock::now();
        const double savedBefore = weights.savedMs();
        const Places none;
        PlanBuilder copying(graph, scope, sources, weights, none);
        std::unique_ptr<Plan> plan = copying.build(examples);
        const double saved = weights.savedMs() - savedBefore;
        const Places places = placesOf(graph, scope.nodes, plan->values_, copying.accesses_);
        if (!places.empty()) {
            auto inPlace = PlanBuilder(graph, scope, sources, weights, places).build(examples);
            if (const PlanFacts& needed = plan->facts_;
                inPlace->facts_.arenaBytes <=
                std::max(needed.arenaBytes, needed.liveBytes + needed.liveBytes / kLiveShareToSpend)) {
                plan = std::move(inPlace);
            }
        }
        const auto taken = std::chrono::steady_clock::now() - begin;
        plan->facts_.prepareMs = std::chrono::duration<double, std::milli>(taken).count() + saved;
        return plan;
    }

    std::unique_ptr<Plan> build(std::span<const at::Tensor> examples) {
        shareBuffers();
        addInputs(examples);
        for (size_t position = 0; position < scope_.nodes.size(); ++position) {
            addNode(scope_.nodes[position], static_cast<int>(position));
        }
        placeBuffers();
        return std::move(plan_);
    }

  private:
    /// The buffers that concatenations share with their parts.
    void shareBuffers() {
        for (const size_t bytes : places_.bytes) {
            auto buffer = std::make_unique<Buffer>();
            buffer->bytes = bytes;
            buffer->first = std::numeric_limits<int>::max();  // those of the parts say when it is needed
            buffer->last = -1;
            shared_.push_back(buffer.get());
            plan_->buffers_.push_back(std::move(buffer));
        }
    }

    void addInputs(std::span<const at::Tensor> examples) {
        for (size_t i = 0; i < scope_.inputs.size(); ++i) {
            const at::Tensor& example = examples[i];
            if (!isArenaType(example.scalar_type())) {
                plan_->value(scope_.inputs[i]).boxed = example;
                continue;
            }
            Operand operand{nullptr, shapeOf(example), example.scalar_type(),
                            scope_.layouts.empty() ? Layout::Contiguous : scope_.layouts[i]};
            auto buffer = std::make_unique<Buffer>();
            buffer->bytes = operand.bytes();
            buffer->external = static_cast<int>(i);
            operand.buffer = buffer.get();
            plan_->buffers_.push_back(std::move(buffer));
            plan_->value(scope_.inputs[i]).operand = operand;
        }
    }

    void addNode(size_t index, int position) {
        const QNode& node = graph_.nodes[index];
        std::vector<std::string> refusals;
        if (node.inputs.empty()) {
            addReference(index, position, {"it reads constants alone"});
            return;
        }
        for (const auto& [library, kernels] : sources_) {
            const Kernel* kernel = kernels->find(node.op);
            if (!kernel) {
                refusals.push_back("no " + library + " kernel for " + node.op);
                continue;
            }
            for (const Lowering& lowering : *kernel) {
                const PlanState state{graph_,   plan_->values_, lastUse_, reordered_,
                                      weights_, places_,        shared_};
                NodeBuilder builder(state, index, position);
                const Result<std::string> name = guard(library, [&] { return lowering(builder); });
                if (name) {
                    adopt(builder, index, position, *name, std::move(refusals));
                    return;
                }
                refusals.push_back(name.error().message);
            }
        }
        addReference(index, position, std::move(refusals));
    }

    void adopt(NodeBuilder& builder, size_t index, int position, std::string name,
               std::vector<std::string> refusals) {
        const QNode& node = graph_.nodes[index];
        for (const auto& [key, operand] : builder.reordered()) {
            operand.buffer->last = std::max(operand.buffer->last, position);
            reordered_[key] = operand;
        }
        std::erase_if(reordered_,
                      [&](const auto& entry) { return entry.second.buffer == builder.overwritten(); });
        accesses_.denseReads.insert(builder.accesses().denseReads.begin(),
                                    builder.accesses().denseReads.end());
        accesses_.rowWrites.insert(builder.accesses().rowWrites.begin(), builder.accesses().rowWrites.end());
        for (auto& buffer : builder.takeBuffers()) {
            plan_->buffers_.push_back(std::move(buffer));
        }
        for (const auto& [i, operand] : builder.producedOutputs()) {
            plan_->value(node.outputs.at(i)).operand = operand;
        }
        PlannedNode planned{.node = index,
                            .reorders = builder.takeReorders(),
                            .steps = builder.takeSteps(),
                            .outputs = node.outputs,
                            .implementation = std::move(name),
                            .refusals = std::move(refusals),
                            .reorderBytes = builder.reorderBytes(),
                            .bytes = builder.movedBytes().value_or(bytesOf(node))};
        addNode(std::move(planned));
    }

    void addNode(PlannedNode planned) {
        const size_t index = plan_->nodes_.size();
        if (!planned.reorders.empty()) {
            plan_->rows_.push_back({index, true});
        }
        if (!planned.steps.empty()) {
            plan_->rows_.push_back({index, false});
        } else {
            planned.bytes = 0;
        }
        plan_->nodes_.push_back(std::move(planned));
    }

    /// What the node must read and write at least.
    int64_t bytesOf(const QNode& node) const {
        int64_t bytes = 0;
        for (const auto* ids : {&node.inputs, &node.outputs}) {
            for (const ValueId id : *ids) {
                const PlanValue& value = plan_->value(id);
                bytes += static_cast<int64_t>(value.inArena() ? value.operand.bytes() : value.boxed.nbytes());
            }
        }
        const std::optional<at::Tensor>& weight = node.weightInt ? node.weightInt : node.weight;
        for (const std::optional<at::Tensor>* tensor : {&weight, &node.bias}) {
            bytes += *tensor ? static_cast<int64_t>((*tensor)->nbytes()) : 0;
        }
        return bytes;
    }

    /// What the node makes of activations that are all `number`.
    Result<std::vector<at::Tensor>> resultsOf(const QNode& node, int number) {
        std::vector<at::Tensor> numbers;
        for (const ValueId id : node.inputs) {
            const PlanValue& value = plan_->value(id);
            numbers.push_back(value.inArena() ? at::full(value.operand.shape, number, value.operand.type)
                                              : value.boxed);
        }
        return guard("layer '" + node.layer + "' (" + node.op + ")",
                     [&] { return runReferenceNode(graph_, node, numbers); });
    }

    /// Runs the node on ATen. Its output shapes are learnt by running it once on zeros, or on ones, which
    /// integers can be divided by.
    void addReference(size_t index, int position, std::vector<std::string> refusals) {
        const QNode& node = graph_.nodes[index];
        auto outputs = resultsOf(node, 0);
        if (!outputs) {
            outputs = resultsOf(node, 1);
        }
        if (!outputs) {
            throw std::runtime_error(outputs.error().message);
        }
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            addReferenceOutput(node.outputs[i], outputs->at(i), position);
        }
        PlannedNode planned{.node = index,
                            .reorders = {},
                            .steps = {referenceStep(node)},
                            .outputs = node.outputs,
                            .implementation = "reference",
                            .refusals = std::move(refusals),
                            .bytes = bytesOf(node)};
        addNode(std::move(planned));
    }

    void addReferenceOutput(ValueId id, const at::Tensor& example, int position) {
        if (!isArenaType(example.scalar_type())) {
            plan_->value(id).boxed = example;
            return;
        }
        const Layout layout = example.dim() == 4 ? Layout::ChannelsLast : Layout::Contiguous;
        auto buffer = std::make_unique<Buffer>();
        Operand operand{buffer.get(), shapeOf(example), example.scalar_type(), layout};
        buffer->bytes = operand.bytes();
        buffer->first = position;
        buffer->last = position;
        accesses_.rowWrites.insert(id);
        if (const auto place = places_.values.find(id); place != places_.values.end()) {
            takePlace(operand, place->second, shared_, true);
        }
        plan_->buffers_.push_back(std::move(buffer));
        plan_->value(id).operand = operand;
    }

    Step referenceStep(const QNode& node) {
        std::vector<const PlanValue*> inputs;
        for (const ValueId id : node.inputs) {
            inputs.push_back(&plan_->value(id));
        }
        std::vector<PlanValue*> outputs;
        for (const ValueId id : node.outputs) {
            outputs.push_back(&plan_->value(id));
        }
        return [&graph = graph_, &node, inputs, outputs]() {
            std::vector<at::Tensor> tensors;
            tensors.reserve(inputs.size());
            for (const PlanValue* value : inputs) {
                tensors.push_back(value->tensor());
            }
            const std::vector<at::Tensor> results = runReferenceNode(graph, node, tensors);
            for (size_t i = 0; i < outputs.size(); ++i) {
                if (!outputs[i]->inArena()) {
                    outputs[i]->boxed = results[i];
                } else if (shapeOf(results[i]) == outputs[i]->operand.shape) {
                    outputs[i]->tensor().copy_(results[i]);
                } else {
                    throw std::runtime_error(
                        "layer '" + node.layer + "' (" + node.op +
                        "): the shape of its output depends on the data, which is not supported");
                }
            }
        };
    }

    void placeBuffers() {
        for (size_t id = 0; id < plan_->values_.size(); ++id) {
            if (Buffer* buffer = plan_->values_[id].operand.buffer) {
                buffer->last = std::max(buffer->last, lastUse_[id]);
            }
        }
        for (const auto& part : plan_->buffers_) {
            if (part->whole) {
                part->whole->first = std::min(part->whole->first, part->first);
                part->whole->last = std::max(part->whole->last, part->last);
            }
        }
        std::vector<Lifetime> lifetimes;
        std::vector<Buffer*> placed;
        for (const auto& buffer : plan_->buffers_) {
            if (buffer->external < 0 && !buffer->whole && buffer->first <= buffer->last) {
                lifetimes.push_back({buffer->bytes, buffer->first, buffer->last});
                placed.push_back(buffer.get());
            }
        }
        const ArenaLayout layout = layOutArena(lifetimes);
        plan_->facts_.arenaBytes = static_cast<int64_t>(layout.bytes);
        plan_->facts_.liveBytes = static_cast<int64_t>(largestLiveSet(lifetimes));
        plan_->arena_.reset(std::aligned_alloc(64, layout.bytes + kReadAhead));
        if (!plan_->arena_) {
            throw std::bad_alloc();
        }
        for (size_t i = 0; i < placed.size(); ++i) {
            placed[i]->bind(static_cast<std::byte*>(plan_->arena_.get()) + layout.offsets[i]);
        }
        for (const auto& part : plan_->buffers_) {
            if (part->whole) {
                part->bind(static_cast<std::byte*>(part->whole->data) + part->offset);
            }
        }
    }

    const QuantizedGraph& graph_;
    const PlanScope& scope_;
    const KernelSources& sources_;
    WeightCache& weights_;
    const Places& places_;
    std::vector<Buffer*> shared_;
    Accesses accesses_;
    std::vector<int> lastUse_;
    ReorderedValues reordered_;
    std::unique_ptr<Plan> plan_;
};

PlanScope wholeGraph(const QuantizedGraph& graph) {
    PlanScope scope{std::vector<size_t>(graph.nodes.size()), graph.inputs, graph.outputs, {}};
    std::iota(scope.nodes.begin(), scope.nodes.end(), size_t{0});
    return scope;
}

PlanScope singleNode(const QuantizedGraph& graph, size_t node) {
    return {{node}, graph.nodes[node].inputs, graph.nodes[node].outputs, {}};
}

std::unique_ptr<Plan> buildPlan(const QuantizedGraph& graph, const PlanScope& scope,
                                const KernelSources& sources, std::span<const at::Tensor> examples,
                                WeightCache& weights) {
    return PlanBuilder::make(graph, scope, sources, examples, weights);
}

}  // namespace qs::runtime
