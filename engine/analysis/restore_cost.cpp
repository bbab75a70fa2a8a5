#include "analysis/restore_cost.h"

#include <functional>
#include <numeric>

#include "quant/boundaries.h"

namespace qs {

namespace {

/// By layer, its reorders included; boundaries are not layers.
std::map<std::string, double> layerTimes(const QuantizedGraph& graph, const Profile& profile) {
    std::map<std::string, double> times;
    for (const NodeTime& time : profile.nodes) {
        const QNode& node = graph.nodes[time.node];
        if (!node.isBoundary()) {
            times[node.layer] += time.ms;
        }
    }
    return times;
}

/// By the name of the value and whether it is quantized.
std::map<std::pair<std::string, bool>, double> boundaryTimes(const QuantizedGraph& graph,
                                                             const Profile& profile) {
    std::map<std::pair<std::string, bool>, double> times;
    for (const NodeTime& time : profile.nodes) {
        const QNode& node = graph.nodes[time.node];
        if (node.isBoundary()) {
            times[{graph.value(node.inputs[0]).name, node.op == "quantize"}] += time.ms;
        }
    }
    return times;
}

class Predictor {
  public:
    explicit Predictor(const RestoreBasis& basis)
        : basis_(basis),
          floatTimes_(layerTimes(basis.floatGraph, basis.floatProfile)),
          integerTimes_(layerTimes(basis.integerGraph, basis.integerProfile)),
          boundaryTimes_(boundaryTimes(basis.integerGraph, basis.integerProfile)),
          boundaries_(boundariesOf(basis.model)) {}

    Result<double> costOf(size_t group) const {
        std::vector<Rule> rules = basis_.rules.rules();
        rules.push_back({RuleMatch::Layer, layerOf(group), "fp32"});
        QS_ASSIGN(const RuleSet changed, RuleSet::make(std::move(rules)));
        QS_ASSIGN(const PreparedModel restored, prepare(basis_.model.graph, changed));
        double ms = 0;
        for (size_t i = 0; i < restored.groups.size(); ++i) {
            if (restored.integer[i] != basis_.model.integer[i]) {
                ms += timeOf(floatTimes_, i) - timeOf(integerTimes_, i);
            }
        }
        const std::set<Boundary> boundaries = boundariesOf(restored);
        for (const Boundary& boundary : boundaries) {
            ms += boundaries_.contains(boundary) ? 0 : boundaryMs(boundary);
        }
        for (const Boundary& boundary : boundaries_) {
            ms -= boundaries.contains(boundary) ? 0 : boundaryMs(boundary);
        }
        return ms;
    }

    std::string layerOf(size_t group) const {
        return basis_.model.graph.node(basis_.model.groups[group].primary).name;
    }

  private:
    double timeOf(const std::map<std::string, double>& times, size_t group) const {
        const auto found = times.find(layerOf(group));
        return found == times.end() ? 0 : found->second;
    }

    double boundaryMs(const Boundary& boundary) const {
        const Value& value = basis_.model.graph.value(boundary.value);
        if (const auto found = boundaryTimes_.find({value.name, boundary.quantizes});
            found != boundaryTimes_.end()) {
            return found->second;
        }
        const int64_t count =
            std::accumulate(value.shape.begin(), value.shape.end(), int64_t{1}, std::multiplies<>());
        const Graph& graph = basis_.model.graph;
        const Shape& input = graph.value(graph.inputs().at(0)).shape;
        const int64_t opened = input.empty() ? 1 : std::max<int64_t>(1, input[0]);
        return basis_.boundaryMs(boundary.quantizes, count * basis_.batch / opened);
    }

    const RestoreBasis& basis_;
    std::map<std::string, double> floatTimes_;
    std::map<std::string, double> integerTimes_;
    std::map<std::pair<std::string, bool>, double> boundaryTimes_;
    std::set<Boundary> boundaries_;
};

}  // namespace

Result<std::map<std::string, double>> predictRestoreCosts(const RestoreBasis& basis) {
    const Predictor predictor(basis);
    std::map<std::string, double> costs;
    for (size_t group = 0; group < basis.model.groups.size(); ++group) {
        if (basis.model.integer[group]) {
            QS_ASSIGN(costs[predictor.layerOf(group)], predictor.costOf(group));
        }
    }
    return costs;
}

}  // namespace qs
