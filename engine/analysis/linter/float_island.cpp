#include <algorithm>
#include <map>
#include <numeric>

#include "analysis/linter/linter.h"

namespace qs {

namespace {

/// Sets of nodes that float values join.
class Regions {
  public:
    explicit Regions(size_t nodes) : parent_(nodes) { std::iota(parent_.begin(), parent_.end(), size_t{0}); }

    size_t of(size_t node) {
        while (parent_[node] != node) {
            node = parent_[node] = parent_[parent_[node]];
        }
        return node;
    }
    void join(size_t a, size_t b) { parent_[of(a)] = of(b); }

  private:
    std::vector<size_t> parent_;
};

struct Island {
    std::vector<std::string> layers;
    double boundariesMs = 0;
    bool entered = false;  ///< from integers
    bool left = false;     ///< into integers
};

/// Each boundary belongs to the region on its float side.
std::map<size_t, Island> findIslands(const LintInput& input) {
    const QuantizedGraph& graph = input.graph;
    std::map<int32_t, size_t> producer;
    Regions regions(graph.nodes.size());
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        for (const ValueId value : graph.nodes[i].inputs) {
            const auto from = producer.find(value.index);
            if (from != producer.end() && !graph.value(value).isInteger()) {
                regions.join(from->second, i);
            }
        }
        for (const ValueId value : graph.nodes[i].outputs) {
            producer[value.index] = i;
        }
    }
    std::map<size_t, Island> islands;
    for (const NodeTime& time : input.profile.nodes) {
        const QNode& node = graph.nodes[time.node];
        Island& island = islands[regions.of(time.node)];
        if (node.isBoundary()) {
            island.boundariesMs += time.ms;
            (node.op == "quantize" ? island.left : island.entered) = true;
        } else if (!graph.isInteger(node) && time.kind == NodeTime::Kind::Step) {
            island.layers.push_back(node.layer);
        }
    }
    return islands;
}

std::vector<protocol::Finding> check(const LintInput& input) {
    std::vector<protocol::Finding> findings;
    for (const auto& [region, island] : findIslands(input)) {
        if (!island.entered || !island.left || island.layers.empty()) {
            continue;
        }
        protocol::Finding finding{
            .layer = island.layers.front(),
            .remedy = QT_TRANSLATE_NOOP(
                "Linter",
                "Quantize it too; or, where its accuracy needs FP32, restore its neighbours as well, so that "
                "the boundaries lie where tensors are smaller."),
            .arguments = {island.layers.front(), lintMs(island.boundariesMs)},
            .saving_ms = island.boundariesMs};
        if (island.layers.size() == 1) {
            finding.message = QT_TRANSLATE_NOOP(
                "Linter", "%1 runs in FP32 between integer layers: the way there and back costs %2 ms.");
        } else {
            finding.message = QT_TRANSLATE_NOOP("Linter",
                                                "%1 and %3 more layers run in FP32 between integer layers: "
                                                "the way there and back costs %2 ms.");
            finding.arguments.push_back(std::to_string(island.layers.size() - 1));
        }
        findings.push_back(std::move(finding));
    }
    return findings;
}

}  // namespace

void register_float_island(Registry<LintRule>& registry) {
    registry.add("float_island", {"FP32 layers between integer ones", check});
}

}  // namespace qs
