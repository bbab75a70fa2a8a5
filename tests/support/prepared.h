#pragma once

#include "graph/graph.h"
#include "quant/ptq.h"

namespace qs::test {

/// prepare() from the graph on.
inline Result<PreparedModel> prepareGraph(Graph graph, const RuleSet& rules) {
    QS_ASSIGN(Network network, fold(std::move(graph)));
    return prepare(std::move(network), rules);
}

/// convertFloat() from the graph on.
inline Result<QuantizedGraph> floatForm(Graph graph) {
    QS_ASSIGN(const Network network, fold(std::move(graph)));
    return convertFloat(network);
}

/// These grids of activations, and those that weights have with them.
inline Result<Encodings> encodingsWith(const PreparedModel& model, Calibration activations) {
    Encodings encodings{std::move(activations), {}};
    QS_TRY(chooseWeightGrids(model, encodings));
    return encodings;
}

}  // namespace qs::test
