#include "verify/together.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/match.h"

namespace qs {

namespace {

using Step = LayerTable::Step;

/// Why its values are others, as far as that can be said.
std::string causeOf(const Step& step, const FileSession& session) {
    if (step.difference.op == "quantize") {
        return "the real numbers that are quantized there differ, or their quantizing rounds otherwise";
    }
    if (step.difference.op == "requantize") {
        return "the change to another grid rounds otherwise there";
    }
    const auto computed = session.computedBy(step.layer);
    if (!computed) {
        return "the runtime rounds otherwise there";
    }
    return computed->isFloat
               ? "the runtime leaves it in float (" + computed->operators +
                     "), which rounds otherwise than integers"
               : "the runtime computes it as " + computed->operators + ", which rounds otherwise";
}

std::string figuresOf(const protocol::LayerDifference& difference) {
    return fmt::format("worst {:.3g} LSB, {:.3f} % within 1 LSB", difference.worst_lsb,
                       difference.within_one_percent);
}

std::string nameOf(const Step& step) {
    return step.difference.name + " (" + step.difference.op + ")";
}

/// Float steps behind which no integer tensor comes.
std::vector<std::string> floatTail(const QuantizedGraph& graph) {
    std::vector<std::string> names;
    for (const QNode& node : graph.nodes) {
        const bool integer = std::ranges::any_of(
            node.outputs, [&](ValueId output) { return graph.value(output).isInteger(); });
        if (integer) {
            names.clear();
        } else if (!node.isBoundary()) {
            names.push_back(node.layer);
        }
    }
    return names;
}

}  // namespace

std::string togetherNote(const LayerTable& table, const QuantizedGraph& graph, const FileSession& session) {
    const std::optional<Step> first = table.firstDifferent(0), departing = table.firstDifferent(1);
    if (!first) {
        std::vector<std::string> tail = floatTail(graph);
        const size_t count = tail.size();
        constexpr size_t kShown = 3;
        tail.resize(std::min(count, kShown));
        return table.empty() || count == 0 ? ""
                                           : "run whole, all integers of the file are the engine's: what "
                                             "differs comes from the float "
                                             "layers behind them: " +
                                                 join(tail) + (count > tail.size() ? ", ..." : "");
    }
    std::string text = "run whole, the file's values are the engine's up to " + nameOf(*first) + ", where " +
                       figuresOf(first->difference) + ": " + causeOf(*first, session);
    if (!departing) {
        return text + "; no integer layer is ever more than one rounding apart";
    }
    if (departing->node != first->node) {
        text += "; they are first more than one rounding apart at " + nameOf(*departing) + ": " +
                figuresOf(departing->difference) + ", where " + causeOf(*departing, session);
    }
    return text;
}

}  // namespace qs
