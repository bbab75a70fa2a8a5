#include "quant/ptq/masks.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <map>
#include <optional>

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
            for (const ValueId output : groups[i].outputs) {
                maker_[output] = i;
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

    std::set<size_t> run() {
        for (size_t i = 0; i < groups_.size(); ++i) {
            const FusionGroup& group = groups_[i];
            if (roleOf(graph_.node(group.primary).op) != OpRole::Add) {
                continue;
            }
            if (addsConstantMask(group)) {
                found_.insert(i);
            } else if (const auto mask = addedMask(group)) {
                found_.insert(i);
                takeMakers(*mask);
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

    std::optional<ValueId> addedMask(const FusionGroup& group) const {
        if (group.inputs.size() != 2 ||
            !std::ranges::all_of(group.outputs, [&](ValueId output) { return onlySoftmaxReads(output); })) {
            return std::nullopt;
        }
        const bool first = fromInputs_.contains(group.inputs[0]),
                   second = fromInputs_.contains(group.inputs[1]);
        return first == second ? std::nullopt : std::optional(group.inputs[first ? 0 : 1]);
    }

    /// At once or behind what only moves it.
    bool onlySoftmaxReads(ValueId value) const {
        const auto found = readers_.find(value);
        return found != readers_.end() && std::ranges::all_of(found->second, [&](size_t reader) {
                   const FusionGroup& group = groups_[reader];
                   const OpDef* def = entryOf(group);
                   if (def && def->quant == QuantKind::PassThrough) {
                       return std::ranges::all_of(group.outputs,
                                                  [&](ValueId output) { return onlySoftmaxReads(output); });
                   }
                   return def && def->name == "softmax";
               });
    }

    /// What makes a mask and is read for nothing else.
    void takeMakers(ValueId mask) {
        const auto maker = maker_.find(mask);
        if (maker == maker_.end() || found_.contains(maker->second)) {
            return;
        }
        const FusionGroup& group = groups_[maker->second];
        const auto isForMasks = [&](ValueId output) {
            const auto found = readers_.find(output);
            return found != readers_.end() &&
                   std::ranges::all_of(found->second, [&](size_t reader) { return found_.contains(reader); });
        };
        if (std::ranges::all_of(group.outputs, isForMasks)) {
            found_.insert(maker->second);
            for (const ValueId input : group.inputs) {
                takeMakers(input);
            }
        }
    }

    const Graph& graph_;
    const std::vector<FusionGroup>& groups_;
    std::map<ValueId, std::vector<size_t>> readers_;
    std::map<ValueId, size_t> maker_;
    std::set<ValueId> fromInputs_;
    std::set<size_t> found_;
};

}  // namespace

std::set<size_t> maskGroups(const Graph& graph, const std::vector<FusionGroup>& groups) {
    return MaskSearch(graph, groups).run();
}

}  // namespace qs
