#include "runtime/plan/places.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "ops/op.h"

namespace qs::runtime {

namespace {

/// A concatenation with what fills its result: inputs, or results of earlier ones in the place of several.
struct Concatenation {
    const QNode* node;
    std::vector<ValueId> parts;
    std::vector<Run> runs;
    ValueId result() const { return node->outputs[0]; }
};

class Placer {
  public:
    Placer(const QuantizedGraph& graph, const std::vector<PlanValue>& values, const Accesses& accesses)
        : graph_(graph), values_(values), accesses_(accesses) {}

    Places place(std::span<const size_t> nodes) {
        for (const size_t index : nodes) {
            const QNode& node = graph_.nodes[index];
            if (roleOf(node.op) == OpRole::Concatenate && isMovable(node)) {
                all_.push_back(withRuns({&node, {}, {}}));
            }
            made_.insert(node.outputs.begin(), node.outputs.end());
        }
        // Later ones first: where their own parts lie follows from it.
        for (auto cat = all_.rbegin(); cat != all_.rend(); ++cat) {
            placeParts(*cat);
        }
        return std::move(places_);
    }

  private:
    const Operand& operand(ValueId id) const { return values_[static_cast<size_t>(id.index)].operand; }

    bool isMovable(const QNode& node) const {
        const auto inArena = [&](ValueId id) { return values_[static_cast<size_t>(id.index)].inArena(); };
        return node.constants.empty() && node.activation.kind == FusedActivation::Kind::None &&
               inArena(node.outputs[0]) && std::ranges::all_of(node.inputs, inArena);
    }

    size_t axisOf(const Concatenation& cat) const {
        return operand(cat.result()).axis(cat.node->attrs.get<int64_t>("dim"));
    }

    /// Both hold the same numbers for the same reals.
    bool sameGrid(ValueId a, ValueId b) const { return graph_.value(a).qparams == graph_.value(b).qparams; }

    /// `cat` with the results of earlier concatenations for as many of its inputs as they cover.
    Concatenation withRuns(Concatenation cat) const {
        const std::vector<ValueId>& inputs = cat.node->inputs;
        for (size_t at = 0; at < inputs.size();) {
            const Concatenation* longest = nullptr;
            for (const Concatenation& earlier : all_) {
                const std::vector<ValueId>& own = earlier.node->inputs;
                const bool covers =
                    own.size() > 1 && own.size() <= inputs.size() - at &&
                    std::equal(own.begin(), own.end(), inputs.begin() + static_cast<long>(at));
                if (covers && isRun(earlier, cat) &&
                    (!longest || own.size() > longest->node->inputs.size())) {
                    longest = &earlier;
                }
            }
            if (longest) {
                cat.runs.push_back({at, longest->node->inputs.size(), longest->result()});
            }
            cat.parts.push_back(longest ? longest->result() : inputs[at]);
            at += longest ? longest->node->inputs.size() : 1;
        }
        return cat;
    }

    bool isRun(const Concatenation& earlier, const Concatenation& later) const {
        return axisOf(earlier) == axisOf(later) && fits(earlier.result(), later) &&
               sameGrid(earlier.result(), later.result());
    }

    /// Whether a value can lie in the result of `cat` as the kernels that touch it want it.
    bool fits(ValueId part, const Concatenation& cat) const {
        const Operand &x = operand(part), &y = operand(cat.result());
        if (isOnePiece(cat)) {
            return sameOrder(x.shape, x.layout, y.layout);
        }
        return axisOf(cat) == y.innermostAxis() && x.layout == y.layout &&
               accesses_.rowWrites.contains(part) && !accesses_.denseReads.contains(part);
    }

    /// Whether nothing lies outside of the axis.
    bool isOnePiece(const Concatenation& cat) const {
        const Operand& y = operand(cat.result());
        return y.innerCount(axisOf(cat)) == y.count();
    }

    void placeParts(const Concatenation& cat) {
        const size_t axis = axisOf(cat);
        const Operand& y = operand(cat.result());
        size_t offset = 0;
        for (const ValueId part : cat.parts) {
            Operand x = operand(part);
            x.layout = y.layout;  // where it has a place, its elements lie the same way
            const auto bytes = static_cast<size_t>(x.innerCount(axis)) * c10::elementSize(x.type);
            if (made_.contains(part) && !places_.values.contains(part) && x.buffer->external < 0 &&
                sameGrid(part, cat.result()) && fits(part, cat)) {
                const Place whole = placeOf(cat);
                const int64_t rowStride = isOnePiece(cat)       ? 0
                                          : whole.rowStride > 0 ? whole.rowStride
                                                                : y.rowWidth();
                places_.values[part] = {whole.buffer, whole.offset + offset, x.shape, y.layout, rowStride};
            }
            offset += bytes;
        }
        if (!cat.runs.empty()) {
            places_.runs[cat.result()] = cat.runs;
        }
    }

    /// Where the result lies; a buffer of its own where no later concatenation wants it.
    Place placeOf(const Concatenation& cat) {
        if (const auto found = places_.values.find(cat.result()); found != places_.values.end()) {
            return found->second;
        }
        const Operand& y = operand(cat.result());
        places_.bytes.push_back(y.bytes());
        return places_.values[cat.result()] = {places_.bytes.size() - 1, 0, y.shape, y.layout, 0};
    }

    const QuantizedGraph& graph_;
    const std::vector<PlanValue>& values_;
    const Accesses& accesses_;
    std::set<ValueId> made_;
    std::vector<Concatenation> all_;
    Places places_;
};

}  // namespace

std::vector<ValueId> Places::partsOf(const QNode& node) const {
    const auto found = node.outputs.empty() ? runs.end() : runs.find(node.outputs[0]);
    if (found == runs.end()) {
        return node.inputs;
    }
    std::vector<ValueId> parts;
    auto run = found->second.begin();
    for (size_t at = 0; at < node.inputs.size();) {
        const bool begins = run != found->second.end() && run->first == at;
        parts.push_back(begins ? run->value : node.inputs[at]);
        at += begins ? (run++)->count : 1;
    }
    return parts;
}

void takePlace(Operand& operand, const Place& place, const std::vector<Buffer*>& shared, bool rows) {
    const bool lies = place.rowStride == 0 ? sameOrder(operand.shape, operand.layout, place.layout)
                                           : rows && operand.layout == place.layout;
    if (operand.shape == place.shape && lies) {
        operand.buffer->whole = shared[place.buffer];
        operand.buffer->offset = place.offset;
        operand.rowStride = place.rowStride;
    }
}

Places placesOf(const QuantizedGraph& graph, std::span<const size_t> nodes,
                const std::vector<PlanValue>& values, const Accesses& accesses) {
    return Placer(graph, values, accesses).place(nodes);
}

}  // namespace qs::runtime
