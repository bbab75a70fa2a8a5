#pragma once

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "runtime/plan/places.h"
#include "runtime/plan/plan.h"
#include "runtime/plan/weight_cache.h"

namespace qs::runtime {

/// Values that lie in another layout too, because an earlier node wanted them so.
using ReorderedValues = std::map<std::pair<ValueId, Layout>, Operand>;

/// What the lowering of one node may know of the plan so far.
struct PlanState {
    const QuantizedGraph& graph;
    const std::vector<PlanValue>& values;  ///< of the nodes before this one
    const std::vector<int>& lastUse;       ///< by value: position of its last reader
    const ReorderedValues& reordered;
    WeightCache& weights;
    const Places& places;
    const std::vector<Buffer*>& shared;  ///< by Place::buffer
};

/// Collects the steps, buffers and outputs of one node. Nothing reaches the plan until the lowering has
/// succeeded.
class NodeBuilder {
  public:
    NodeBuilder(const PlanState& state, size_t node, int position)
        : state_(state), index_(node), position_(position), node_(state.graph.nodes[node]) {}

    const QNode& node() const { return node_; }
    const QuantizedGraph& graph() const { return state_.graph; }
    bool isInteger() const { return state_.graph.isInteger(node_); }
    /// Of input i or output 0; absent for floats.
    const std::optional<QParams>& inputQParams(size_t i) const {
        return state_.graph.value(node_.inputs[i]).qparams;
    }
    const std::optional<QParams>& outputQParams() const {
        return state_.graph.value(node_.outputs[0]).qparams;
    }

    /// Input i in the wanted layout, dense, through a reorder where it lies otherwise and no node before this
    /// one wanted it so. Refuses boxed values, and channels-last for what is neither images nor volumes.
    Result<Operand> input(size_t i, Layout wanted);
    /// Input i, dense, in the layout in which it lies. Refuses boxed values.
    Result<Operand> input(size_t i);
    /// The same where other tensors may lie between its rows. A kernel that asks so can be given the part of
    /// a concatenation where it lies.
    Result<Operand> inputRows(size_t i) const;
    Result<Operand> inputRows(size_t i, Layout wanted);

    /// Memory for output i, of the type that the graph gives it.
    Operand output(Shape shape, Layout layout, size_t i = 0);
    /// The same where other tensors may lie between its rows: the kernel writes rows pitch() apart.
    Operand outputRows(Shape shape, Layout layout, size_t i = 0);
    /// The result of an earlier concatenation that holds this one's inputs from `first` on, and how many.
    /// These may be gone.
    std::optional<std::pair<Operand, size_t>> runFrom(size_t first) const;
    /// Output 0 begins with the contents of `input`: in its memory if nobody reads that later, else in a
    /// copy.
    Operand outputOver(const Operand& input, bool mayOverwrite);
    /// Output 0 is `operand` under the name of another value: no step.
    void aliasOutput(Operand operand) { outputs_[0] = std::move(operand); }

    /// What the steps read and write, where that is not all inputs and outputs.
    void setMovedBytes(int64_t bytes) { movedBytes_ = bytes; }

    /// Memory that only this node's steps use.
    Operand temporary(Shape shape, at::ScalarType type, Layout layout);

    void addStep(Step step) { steps_.push_back(std::move(step)); }

    /// This node's constant `role` ("bias") as WeightCache::get() gives it.
    std::any constant(const std::string& role, const std::function<bool(const std::any&)>& fits,
                      const std::function<std::any()>& pack) {
        return state_.weights.get({.node = index_, .role = role}, fits, pack);
    }
    /// The same of the node's weight, in a form that all nodes with this op and weight share.
    std::any weightConstant(const at::Tensor& weight, const std::function<bool(const std::any&)>& fits,
                            const std::function<std::any()>& pack) {
        return state_.weights.get({.tensor = weight.data_ptr(), .role = "weight of " + node_.op}, fits, pack);
    }

    // What the plan builder takes over after success.
    std::vector<Step> takeReorders() { return std::move(reorders_); }
    std::vector<Step> takeSteps() { return std::move(steps_); }
    std::vector<std::unique_ptr<Buffer>> takeBuffers() { return std::move(buffers_); }
    const std::map<size_t, Operand>& producedOutputs() const { return outputs_; }
    /// Inputs in other layouts that later nodes may read, this node's own and earlier ones that it read.
    const ReorderedValues& reordered() const { return reordered_; }
    /// One of them that this node overwrites.
    const Buffer* overwritten() const { return overwritten_; }
    int64_t reorderBytes() const { return reorderBytes_; }
    std::optional<int64_t> movedBytes() const { return movedBytes_; }
    const Accesses& accesses() const { return accesses_; }

  private:
    Buffer* newBuffer(size_t bytes);
    ValueId outputId(size_t i) const { return node_.outputs.at(i); }
    Operand placed(Shape shape, Layout layout, size_t i, bool rows);
    Operand inLayout(size_t i, const Operand& source, Layout wanted);
    bool diesHere(const Buffer* buffer) const;
    Operand reorder(const Operand& source, Layout wanted);

    const PlanState& state_;
    size_t index_;
    int position_;
    const QNode& node_;
    std::vector<Step> reorders_;
    std::vector<Step> steps_;
    std::vector<std::unique_ptr<Buffer>> buffers_;
    std::map<size_t, Operand> outputs_;
    ReorderedValues reordered_;
    const Buffer* overwritten_ = nullptr;
    int64_t reorderBytes_ = 0;
    std::optional<int64_t> movedBytes_;
    Accesses accesses_;
};

}  // namespace qs::runtime
