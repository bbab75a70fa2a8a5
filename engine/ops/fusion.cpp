#include "ops/fusion.h"

#include <algorithm>

#include "ops/op.h"

namespace qs {

namespace {

bool isWeighted(const Node& node) {
    return quantKindOf(node.op) == QuantKind::Weighted;
}

class Fuser {
  public:
    explicit Fuser(const Graph& graph) : graph_(graph), groupOf_(graph.nodes().size(), -1) {
        groups_.reserve(graph.nodes().size());
    }

    std::vector<FusionGroup> run() {
        for (const auto& node : graph_.nodes()) {
            if (isWeighted(node)) {
                startWeighted(node);
            }
        }
        for (const auto& node : graph_.nodes()) {
            if (roleOf(node.op) == OpRole::Add && !taken(node.id)) {
                foldAdd(node);
            }
        }
        for (auto& group : groups_) {
            foldActivation(group);
        }
        for (const auto& node : graph_.nodes()) {
            if (!taken(node.id)) {
                foldActivation(start(node));
            }
        }
        for (auto& group : groups_) {
            finish(group);
        }
        std::sort(groups_.begin(), groups_.end(),
                  [](const auto& a, const auto& b) { return a.members.back() < b.members.back(); });
        return std::move(groups_);
    }

  private:
    bool taken(NodeId id) const { return groupOf_[static_cast<size_t>(id.index)] >= 0; }

    void take(FusionGroup& group, NodeId id) {
        groupOf_[static_cast<size_t>(id.index)] = static_cast<int>(&group - groups_.data());
        group.members.push_back(id);
    }

    FusionGroup& start(const Node& node) {
        groups_.emplace_back();
        groups_.back().primary = node.id;
        take(groups_.back(), node.id);
        return groups_.back();
    }

    /// The only reader of a group's last value, if it can be folded.
    const Node* soleReader(const FusionGroup& group) const {
        const Node& last = graph_.node(group.members.back());
        if (last.outputs.size() != 1 || graph_.isOutput(last.outputs[0])) {
            return nullptr;
        }
        const auto& users = graph_.users(last.outputs[0]);
        if (users.size() != 1 || taken(users[0])) {
            return nullptr;
        }
        return &graph_.node(users[0]);
    }

    void startWeighted(const Node& node) {
        FusionGroup& group = start(node);
        const Node* reader = soleReader(group);
        // A linear layer's channels are the last axis, a batch norm's the second: the same for rows only.
        const bool sameChannels =
            !ops().find(node.op)->channelsInnermost || graph_.value(node.outputs[0]).shape.size() == 2;
        if (reader && roleOf(reader->op) == OpRole::NormalizeChannels && sameChannels) {
            group.batchNorm = reader->id;
            take(group, reader->id);
        }
    }

    /// Folds an add into the convolution that feeds its first operand, or else its second, provided that the
    /// other operand has the same shape (no broadcast) and does not depend on that convolution.
    void foldAdd(const Node& add) {
        for (const size_t operand : {size_t{0}, size_t{1}}) {
            const ValueId value = add.inputs[operand];
            const ValueId other = add.inputs[1 - operand];
            const NodeId producer = graph_.value(value).producer;
            if (value == other || !producer.valid() || graph_.value(other).constant) {
                continue;
            }
            const int index = groupOf_[static_cast<size_t>(producer.index)];
            if (index < 0) {
                continue;
            }
            FusionGroup& group = groups_[static_cast<size_t>(index)];
            const OpDef* def = ops().find(graph_.node(group.primary).op);
            if (!def || !def->takesResidual || group.add || group.members.back() != producer ||
                soleReader(group) != &add || graph_.value(value).shape != graph_.value(other).shape) {
                continue;
            }
            group.add = add.id;
            take(group, add.id);
            return;
        }
    }

    void foldActivation(FusionGroup& group) {
        const OpDef* def = ops().find(graph_.node(group.primary).op);
        if (!def || !def->takesActivation) {
            return;
        }
        const Node* reader = soleReader(group);
        if (reader && roleOf(reader->op) == OpRole::Clamp) {
            group.activation = reader->id;
            take(group, reader->id);
        }
    }

    void finish(FusionGroup& group) const {
        const Node& primary = graph_.node(group.primary);
        for (const ValueId input : primary.inputs) {
            if (!graph_.value(input).constant) {
                group.inputs.push_back(input);
            }
        }
        if (group.add) {
            const Node& add = graph_.node(*group.add);
            const NodeId before = group.batchNorm ? *group.batchNorm : group.primary;
            const bool first = graph_.value(add.inputs[0]).producer == before;
            group.inputs.push_back(add.inputs[first ? 1 : 0]);
        }
        group.outputs = graph_.node(group.members.back()).outputs;
    }

    const Graph& graph_;
    std::vector<int> groupOf_;
    std::vector<FusionGroup> groups_;
};

}  // namespace

std::vector<FusionGroup> fuse(const Graph& graph) {
    return Fuser(graph).run();
}

std::string groupOp(const Graph& graph, const FusionGroup& group) {
    std::string text;
    for (const NodeId member : group.members) {
        text += (text.empty() ? "" : "+") + graph.node(member).op;
    }
    return text;
}

}  // namespace qs
