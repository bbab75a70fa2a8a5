#include "verify/departure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "verify/difference.h"
#include "verify/step_tensors.h"

namespace qs {

namespace {

using Tensors = std::vector<at::Tensor>;

constexpr size_t kMostUnseen = 8;  ///< looks that may change what the runtime fuses before a search ends

/// A place to cut the network at: behind a step with integer tensors that the file has.
struct Cut {
    size_t node = 0;
    std::vector<size_t> crossing;  ///< of all the tensors: those that are made by then and still needed
    std::vector<size_t> own;       ///< the step's
};

/// By value the last node that needs it; the count of nodes where what follows is float up to an output, so
/// that no cut behind sees what it becomes.
std::map<ValueId, size_t> lastNeeds(const QuantizedGraph& graph) {
    std::map<ValueId, size_t> last;
    std::set<ValueId> floatToTheEnd(graph.outputs.begin(), graph.outputs.end());
    for (size_t i = graph.nodes.size(); i-- > 0;) {
        const QNode& node = graph.nodes[i];
        const bool isEnd =
            std::ranges::any_of(node.outputs, [&](ValueId output) { return floatToTheEnd.contains(output); });
        for (const ValueId input : node.inputs) {
            size_t& needed = last.try_emplace(input, i).first->second;
            if (isEnd) {
                needed = graph.nodes.size();
                if (!graph.value(input).isInteger()) {
                    floatToTheEnd.insert(input);
                }
            }
        }
    }
    return last;
}

std::vector<Cut> cutsOf(const QuantizedGraph& graph, const std::vector<StepTensor>& tensors) {
    const std::map<ValueId, size_t> last = lastNeeds(graph);
    std::vector<Cut> cuts;
    for (size_t begin = 0, end = 0; begin < tensors.size(); begin = end) {
        const size_t node = tensors[begin].node;
        Cut cut{node, {}, {}};
        for (; end < tensors.size() && tensors[end].node == node; ++end) {
            cut.own.push_back(end);
        }
        for (size_t i = 0; i < end; ++i) {
            const auto need = last.find(tensors[i].value);
            if (i >= begin || (need != last.end() && need->second > node)) {
                cut.crossing.push_back(i);
            }
        }
        cuts.push_back(std::move(cut));
    }
    return cuts;
}

/// What stands at a cut: how far each tensor that crosses it is apart.
using Look = std::map<size_t, LayerComparison>;

bool isApart(const LayerComparison& tensor, bool beyondTies) {
    const double worst = tensor.result(0).worst_lsb;
    return beyondTies ? worst > 1 + LayerComparison::kOnGrid || tensor.differingPercent() > kTiesPercent
                      : tensor.differingPercent() > 0;
}

class Search {
  public:
    Search(const WholeRun& run, const Job& job)
        : run_(run),
          job_(job),
          graph_(run.engine.graph()),
          tensors_(stepTensors(graph_, run.layers)),
          cuts_(cutsOf(graph_, tensors_)) {}

    Result<std::vector<protocol::Departure>> departures() {
        QS_ASSIGN(outputs_, run_.session.run(run_.forFile));
        std::vector<Tensors> byNode(graph_.nodes.size());
        QS_TRY(run_.engine.run(run_.inputs, [&](size_t node, std::span<const at::Tensor> outputs) {
            for (size_t i = 0; i < outputs.size(); ++i) {
                const bool integer = graph_.value(graph_.nodes[node].outputs[i]).isInteger();
                byNode[node].push_back(integer ? outputs[i].clone() : at::Tensor());
            }
        }));
        for (const StepTensor& tensor : tensors_) {
            engine_.push_back(byNode.at(tensor.node).at(tensor.output));
        }
        std::vector<protocol::Departure> found;
        QS_ASSIGN(const std::optional<Place> first, bisect(/*beyondTies=*/false));
        if (!first) {
            const auto behind = floatLayersBehind();
            return behind ? std::vector{*behind} : found;
        }
        QS_ASSIGN(found.emplace_back(), describe(*first));
        QS_ASSIGN(const std::optional<Place> beyond, bisect(/*beyondTies=*/true));
        if (beyond && beyond->cut != first->cut) {
            QS_ASSIGN(found.emplace_back(), describe(*beyond));
        }
        return found;
    }

  private:
    struct Place {
        size_t cut = 0;
        std::optional<size_t> agreeing;  ///< the cut before it that was seen to agree
    };

    /// Between cuts that agree and one that departs, until they are neighbours or what lies between cannot be
    /// seen. Nothing where the last cut that can be seen agrees.
    Result<std::optional<Place>> bisect(bool beyondTies) {
        std::vector<size_t> open(cuts_.size());
        for (size_t i = 0; i < open.size(); ++i) {
            open[i] = i;
        }
        std::optional<size_t> agreeing, departing;
        for (size_t unseen = 0; !open.empty() && unseen < kMostUnseen;) {
            QS_TRY(job_.checkCancelled());
            const size_t at = departing ? open.size() / 2 : open.size() - 1;
            QS_ASSIGN(const Look* look, lookAt(open[at]));
            if (look->empty()) {
                ++unseen;
                open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
            } else if (std::ranges::any_of(
                           *look, [&](const auto& tensor) { return isApart(tensor.second, beyondTies); })) {
                departing = open[at];
                open.resize(at);
            } else if (!departing) {
                return std::optional<Place>();
            } else {
                agreeing = open[at];
                open.erase(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(at) + 1);
            }
        }
        return departing ? std::optional(Place{*departing, agreeing}) : std::nullopt;
    }

    /// Empty where looking there changes the file's outputs, or the file does not show what crosses.
    Result<const Look*> lookAt(size_t index) {
        const auto [found, isNew] = looks_.try_emplace(index);
        Look& look = found->second;
        if (!isNew) {
            return &look;
        }
        const Cut& cut = cuts_[index];
        LayerTensors shown;
        for (const size_t i : cut.crossing) {
            shown[tensors_[i].layer].push_back(tensors_[i].tensor);
        }
        QS_ASSIGN(const FileSession::Layers file, run_.session.runLayers(run_.forFile, shown));
        if (!std::ranges::equal(file.outputs, outputs_,
                                [](const at::Tensor& a, const at::Tensor& b) { return a.equal(b); })) {
            return &look;
        }
        Look seen;
        std::map<std::string, size_t> taken;
        for (const size_t i : cut.crossing) {
            const StepTensor& tensor = tensors_[i];
            const auto values = file.values.find(tensor.layer);
            const size_t ordinal = taken[tensor.layer]++;
            if (values == file.values.end() || values->second.size() != shown.at(tensor.layer).size() ||
                !sameButUnitAxes(values->second[ordinal].sizes(), engine_[i].sizes())) {
                return &look;
            }
            const QNode& node = graph_.nodes[tensor.node];
            LayerComparison comparison(shownLayerName(graph_, node), node.op);
            comparison.add(engine_[i], *graph_.value(tensor.value).qparams,
                           values->second[ordinal].reshape(engine_[i].sizes()));
            seen.emplace(i, std::move(comparison));
        }
        look = std::move(seen);
        return &look;
    }

    Result<protocol::Departure> describe(const Place& place) {
        const Cut& cut = cuts_[place.cut];
        const Look& look = looks_.at(place.cut);
        // Where cuts before it could not be seen, what departs may be another tensor that crosses.
        const auto worse = [&](size_t a, size_t b) {
            return look.at(a).differingPercent() < look.at(b).differingPercent();
        };
        size_t tensor = *std::ranges::max_element(cut.own, worse);
        if (look.at(tensor).differingPercent() == 0) {
            tensor = *std::ranges::max_element(cut.crossing, worse);
        }
        const QNode& node = graph_.nodes[tensors_[tensor].node];
        protocol::Departure departure;
        departure.difference = look.at(tensor).result(0);
        departure.differing_percent = look.at(tensor).differingPercent();
        if (place.agreeing) {
            departure.agrees_up_to = shownLayerName(graph_, graph_.nodes[cuts_[*place.agreeing].node]);
        }
        departure.unseen =
            static_cast<int64_t>(place.cut - (place.agreeing ? *place.agreeing + 1 : size_t{0}));
        departure.kind = node.isBoundary() ? "boundary" : "integer";
        QS_ASSIGN(const auto computed, run_.session.computedBy(tensors_[tensor].tensor));
        if (computed) {
            departure.computed_by = computed->operators;
            departure.kind = !node.isBoundary() && computed->isFloat ? "float" : departure.kind;
        }
        return departure;
    }

    /// The first of the float layers behind which no integer tensor comes.
    std::optional<protocol::Departure> floatLayersBehind() const {
        const QNode* first = nullptr;
        std::string last;
        for (const QNode& node : graph_.nodes) {
            const bool integer = std::ranges::any_of(
                node.outputs, [&](ValueId output) { return graph_.value(output).isInteger(); });
            if (integer) {
                first = nullptr;
                last = shownLayerName(graph_, node);
            } else if (!node.isBoundary() && first == nullptr) {
                first = &node;
            }
        }
        if (first == nullptr || cuts_.empty() || looks_.at(cuts_.size() - 1).empty()) {
            return std::nullopt;
        }
        protocol::Departure departure;
        departure.kind = "behind";
        departure.difference.name = first->layer;
        departure.difference.op = first->op;
        departure.agrees_up_to = last;
        return departure;
    }

    const WholeRun& run_;
    const Job& job_;
    const QuantizedGraph& graph_;
    std::vector<StepTensor> tensors_;
    std::vector<Cut> cuts_;
    Tensors engine_;   ///< by tensor
    Tensors outputs_;  ///< of the file as it is
    std::map<size_t, Look> looks_;
};

std::string causeOf(const protocol::Departure& departure) {
    const std::string& by = departure.computed_by;
    if (departure.kind == "float") {
        return "the runtime leaves it in float (" + by + "), which rounds otherwise than integers";
    }
    if (departure.kind == "boundary") {
        return departure.difference.op == "quantize"
                   ? "the real numbers that are quantized there differ, or their quantizing rounds otherwise"
                   : "the change to another grid rounds otherwise there";
    }
    return by.empty() ? "the runtime computes otherwise there"
                      : "the runtime computes it as " + by + ", otherwise than the engine";
}

}  // namespace

Result<std::vector<protocol::Departure>> findDepartures(const WholeRun& run, const Job& job) {
    return Search(run, job).departures();
}

std::string departureLine(const protocol::Departure& departure) {
    const auto& step = departure.difference;
    const std::string name = step.name + " (" + step.op + ")";
    if (departure.kind == "behind") {
        return "run whole, all integers of the file are the engine's: what differs comes from the float "
               "layers "
               "from " +
               name + " on";
    }
    std::string text = "run whole, the file's values are the engine's up to " +
                       (departure.agrees_up_to.empty() ? std::string("its inputs") : departure.agrees_up_to) +
                       " and depart at " + name +
                       fmt::format(": {:.3g} % of its values differ, worst {:.3g} LSB, mean {:.3g} LSB; ",
                                   departure.differing_percent, step.worst_lsb, step.mean_lsb) +
                       causeOf(departure);
    if (departure.unseen > 0) {
        text += fmt::format(
            "; steps before it that cannot be looked at without changing what the runtime does: {}",
            departure.unseen);
    }
    return text;
}

}  // namespace qs
