#include "importers/torchscript/training_traits.h"

#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "graph/passes/rewrite.h"
#include "ops/op.h"

namespace qs {

namespace {

constexpr std::string_view kMean = "running_mean";

bool isBatchNorm(const Node& node) {
    return node.op == "batch_norm" || node.op == "aten::batch_norm";
}

/// Of the node's running mean; empty where it is no parameter of the module.
std::string meanName(const Graph& graph, const Node& norm) {
    for (const ValueId input : norm.inputs) {
        if (graph.value(input).name.ends_with(kMean)) {
            return graph.value(input).name;
        }
    }
    return "";
}

double momentumOf(const Node& norm) {
    const auto carried = carriedArguments(norm);
    return carried.empty() ? norm.attrs.get<double>("momentum") : carried.at(6).constant.toDouble();
}

/// Whether the node's `weight` is a constant, and its name.
std::optional<std::string> weightName(const Graph& graph, const Node& node) {
    const OpDef* def = ops().find(node.op);
    const bool hasOne = def && def->parameters.size() > 1 && def->parameters[1] == "weight" &&
                        node.inputs.size() > 1 && graph.value(node.inputs[1]).constant;
    return hasOne ? std::optional(graph.value(node.inputs[1]).name) : std::nullopt;
}

}  // namespace

TrainingTraits::TrainingTraits(const torch::jit::Module& module) {
    for (const auto& buffer : module.named_buffers()) {
        buffers_.insert(buffer.name);
    }
    for (const auto& [path, part] : module.named_modules()) {
        if (!part.hasattr("num_batches_tracked") || !part.attr("num_batches_tracked").isTensor()) {
            continue;
        }
        const at::Tensor count = part.attr("num_batches_tracked").toTensor();
        if (!count.defined() || count.numel() != 1 || count.is_meta()) {
            continue;
        }
        BatchNorm& norm = batchNorms_[path];
        norm.batches = std::max<int64_t>(0, count.to(at::kLong).item<int64_t>());
        if (const auto momentum = part.type()->findConstantSlot("momentum")) {
            norm.averagesAll = part.type()->getConstant(*momentum).isNone();
        }
    }
}

void TrainingTraits::describe(Graph& graph) const {
    freezeBuffers(graph);
    for (const Node& node : graph.nodes()) {
        if (isBatchNorm(node)) {
            describeStatistics(graph, graph.node(node.id));
        }
    }
}

void TrainingTraits::freezeBuffers(Graph& graph) const {
    std::vector<NodeId> frozen;
    bool trainsOne = false;
    for (const Node& node : graph.nodes()) {
        if (const auto weight = weightName(graph, node)) {
            buffers_.contains(*weight) ? frozen.push_back(node.id) : void(trainsOne = true);
        }
    }
    for (const NodeId id : trainsOne ? frozen : std::vector<NodeId>()) {
        graph.node(id).attrs.set("frozen", true);
    }
}

/// Without a momentum PyTorch passes 0 in inference, and a traced module has no other sign of it.
void TrainingTraits::describeStatistics(Graph& graph, Node& norm) const {
    const std::string mean = meanName(graph, norm);
    if (mean.empty()) {
        return;
    }
    const size_t path = mean.size() - kMean.size();
    const auto known = batchNorms_.find(mean.substr(0, path > 0 ? path - 1 : 0));
    if (known != batchNorms_.end() && known->second.averagesAll.value_or(momentumOf(norm) == 0)) {
        norm.attrs.set("batches", known->second.batches);
    }
}

}  // namespace qs
