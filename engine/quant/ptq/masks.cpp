#include "quant/ptq/masks.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <map>

#include "ops/op.h"

namespace qs {

namespace {

bool isMask(const at::Tensor& added) {
    constexpr double kNoScore = -1e3;
    return added.numel() > 0 && added.is_floating_point() && added.min().item<double>() <= kNoScore &&
           added.abs().min().item<double>() < 1;
}

class MaskSearch {
  public:
    MaskSearch(const Graph& graph, const std::vector<FusionGroup>& groups) : graph_(graph), groups_(groups) {
        for (size_t i = 0; i < groups.size(); ++i) {
            for (const ValueId input : groups[i].inputs) {
                readers_[input].push_back(i);
            }
        }
        for (const ValueId input : graph.inputs()) {
            fromInputs_.insert(input);
        }
        for (const FusionGroup& group : groups) {
            const auto known = [&](ValueId value) { return fromInputs_.contains(value); };
            if (!makesScores(group) && !group.inputs.empty() && std::ranges::all_of(group.inputs, known)) {
                fromInputs_.insert(group.outputs.begin(), group.outputs.end());
            }
        }
    }

    /// Backwards, so that who reads a value is known before who makes it.
    std::set<size_t> run() {
        for (size_t i = groups_.size(); i-- > 0;) {
            const FusionGroup& group = groups_[i];
            if (isForSoftmax(group)) {
                forSoftmax_.insert(group.outputs.begin(), group.outputs.end());
            }
            if (addsMask(group) || makesMasks(group)) {
                found_.insert(i);
            }
        }
        return found_;
    }

  private:
    const OpDef* entryOf(const FusionGroup& group) const { return ops().find(graph_.node(group.primary).op); }

    /// Whether the group has weights or multiplies matrices: what makes scores.
    bool makesScores(const FusionGroup& group) const {
        const OpDef* def = entryOf(group);
        return def && (def->quant == QuantKind::Weighted || def->name == "matmul");
    }

    bool addsConstantMask(const FusionGroup& group) const {
        return std::ranges::any_of(graph_.node(group.primary).inputs, [&](ValueId input) {
            const auto& constant = graph_.value(input).constant;
            return constant && isMask(*constant);
        });
    }

    /// Whether softmax alone reads what the group makes, at once or behind what only moves it.
    bool isForSoftmax(const FusionGroup& group) const {
        return areRead(group, [&](size_t reader) {
            const OpDef* def = entryOf(groups_[reader]);
            return def && (def->name == "softmax" ||
                           (def->quant == QuantKind::PassThrough && gives(groups_[reader], forSoftmax_)));
        });
    }

    bool addsMask(const FusionGroup& group) const {
        if (roleOf(graph_.node(group.primary).op) != OpRole::Add) {
            return false;
        }
        return addsConstantMask(group) ||
               (group.inputs.size() == 2 && gives(group, forSoftmax_) &&
                fromInputs_.contains(group.inputs[0]) != fromInputs_.contains(group.inputs[1]));
    }

    /// Whether all that the group makes is of inputs alone, and is read as a mask or to make one.
    bool makesMasks(const FusionGroup& group) const {
        return gives(group, fromInputs_) &&
               areRead(group, [&](size_t reader) { return found_.contains(reader); });
    }

    static bool gives(const FusionGroup& group, const std::set<ValueId>& values) {
        return std::ranges::all_of(group.outputs, [&](ValueId output) { return values.contains(output); });
    }

    /// Whether each of the group's outputs is read, and only so.
    template <typename Reads>
    bool areRead(const FusionGroup& group, const Reads& reads) const {
        return std::ranges::all_of(group.outputs, [&](ValueId output) {
            const auto found = readers_.find(output);
            return found != readers_.end() && std::ranges::all_of(found->second, reads);
        });
    }

    const Graph& graph_;
    const std::vector<FusionGroup>& groups_;
    std::map<ValueId, std::vector<size_t>> readers_;
    std::set<ValueId> fromInputs_;
    std::set<ValueId> forSoftmax_;
    std::set<size_t> found_;
};

}  // namespace

std::set<size_t> maskGroups(const Graph& graph, const std::vector<FusionGroup>& groups) {
    return MaskSearch(graph, groups).run();
}

}  // namespace qs
