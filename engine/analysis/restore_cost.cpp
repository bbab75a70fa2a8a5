#include "analysis/restore_cost.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include "quant/boundaries.h"
#include "runtime/turns.h"

namespace qs {

namespace {

/// How many layers behind a float one still feel it. What it drove out of the caches the next ones bring
/// back.
constexpr size_t kNeighbours = 3;
constexpr int kWarmup = 2;

/// What restoring one group to FP32 changes.
struct Restoring {
    std::set<size_t> groups;  ///< that become float
    std::set<Boundary> come;
    std::set<Boundary> go;

    size_t first() const { return *groups.begin(); }
    size_t last() const { return *groups.rbegin(); }
};

/// Steps of one kind on one value. Those for different grids of it are timed as one.
using BoundaryKind = std::pair<ValueId, std::string>;

/// Whether two of them are on different grids, but would be timed as one.
bool mixesGrids(const std::set<Boundary>& come, const std::set<Boundary>& go) {
    std::map<BoundaryKind, std::string> grids;
    for (const std::set<Boundary>* boundaries : {&come, &go}) {
        for (const Boundary& boundary : *boundaries) {
            const BoundaryKind kind{boundary.value, boundary.op};
            if (grids.try_emplace(kind, boundary.grid).first->second != boundary.grid) {
                return true;
            }
        }
    }
    return false;
}

std::set<Boundary> without(const std::set<Boundary>& all, const std::set<Boundary>& these) {
    std::set<Boundary> rest;
    std::set_difference(all.begin(), all.end(), these.begin(), these.end(), std::inserter(rest, rest.end()));
    return rest;
}

QConfig floatQConfig() {
    return RuleSet::make({{RuleMatch::Global, "", kFloatPreset}})->resolve("", "").qconfig;
}

/// By group what restoring it alone changes.
class Restorings {
  public:
    static Result<Restorings> of(const PreparedModel& model, const Job& job) {
        Restorings all(model);
        for (size_t group = 0; group < model.groups.size(); ++group) {
            QS_TRY(job.checkCancelled());
            if (model.isInteger(group)) {
                all.alone_[group] = all.restoring({group});
            }
        }
        return all;
    }

    const std::map<size_t, Restoring>& alone() const { return alone_; }

    /// Whether restoring all of them changes for each what restoring it alone does.
    bool areIndependent(const std::vector<size_t>& groups) {
        Restoring expected;
        for (const size_t group : groups) {
            const Restoring& one = alone_.at(group);
            expected.groups.insert(one.groups.begin(), one.groups.end());
            expected.come.insert(one.come.begin(), one.come.end());
            expected.go.insert(one.go.begin(), one.go.end());
        }
        if (mixesGrids(expected.come, expected.go)) {
            return false;
        }
        const Restoring found = restoring(groups);
        return found.groups == expected.groups && found.come == expected.come && found.go == expected.go;
    }

    /// The model with these groups restored.
    const PreparedModel& restored(const std::vector<size_t>& groups) {
        for (const size_t group : restored_) {
            changed_.qconfigs[group] = model_.qconfigs[group];
        }
        restored_ = groups;
        for (const size_t group : restored_) {
            changed_.qconfigs[group].qconfig = floatQConfig_;
        }
        decide(changed_);
        return changed_;
    }

  private:
    explicit Restorings(const PreparedModel& model)
        : model_(model), changed_(model), boundaries_(boundariesOf(model)), floatQConfig_(floatQConfig()) {}

    Restoring restoring(const std::vector<size_t>& groups) {
        Restoring result;
        const PreparedModel& changed = restored(groups);
        for (size_t i = 0; i < changed.groups.size(); ++i) {
            if (changed.computes[i] != model_.computes[i]) {
                result.groups.insert(i);
            }
        }
        const std::set<Boundary> boundaries = boundariesOf(changed);
        result.come = without(boundaries, boundaries_);
        result.go = without(boundaries_, boundaries);
        return result;
    }

    const PreparedModel& model_;
    PreparedModel changed_;         ///< decided on again and again: graph and groups are the model's
    std::vector<size_t> restored_;  ///< in `changed_`
    std::set<Boundary> boundaries_;
    QConfig floatQConfig_;
    std::map<size_t, Restoring> alone_;
};

/// Groups are in the order in which they run: each takes the first set whose last surroundings end before it.
Result<std::vector<RestoredTogether>> together(Restorings& restorings, const Job& job) {
    std::vector<RestoredTogether> sets;
    std::vector<size_t> ends;  ///< by set, the last group that feels it
    for (const auto& [group, restoring] : restorings.alone()) {
        QS_TRY(job.checkCancelled());
        size_t i = 0;
        for (; i < sets.size(); ++i) {
            std::vector<size_t> more = sets[i];
            more.push_back(group);
            if (ends[i] < restoring.first() && restorings.areIndependent(more)) {
                break;
            }
        }
        if (i == sets.size()) {
            sets.emplace_back();
            ends.push_back(0);
        }
        sets[i].push_back(group);
        ends[i] = restoring.last() + kNeighbours;
    }
    return sets;
}

/// What a network's layers and boundaries take.
class Times {
  public:
    Times(const QuantizedGraph& graph, const Profile& profile) {
        for (const NodeTime& time : profile.nodes) {
            const QNode& node = graph.nodes[time.node];
            if (node.isBoundary()) {
                boundaries_[{graph.value(node.inputs[0]).real, node.op}] += time.ms;
            } else {
                layers_[node.layer] += time.ms;  // its reorders included
            }
        }
    }

    double of(const std::string& layer) const {
        const auto found = layers_.find(layer);
        return found == layers_.end() ? 0 : found->second;
    }

    double of(const BoundaryKind& boundary) const {
        const auto found = boundaries_.find(boundary);
        return found == boundaries_.end() ? 0 : found->second;
    }

  private:
    std::map<std::string, double> layers_;
    std::map<BoundaryKind, double> boundaries_;
};

class Measuring {
  public:
    Measuring(const RestoreSubject& subject, std::span<const at::Tensor> inputs,
              const RestoreSettings& settings, Restorings& restorings)
        : subject_(subject), inputs_(inputs), settings_(settings), restorings_(restorings) {}

    Status measure(const RestoredTogether& groups, const Job& job, std::map<std::string, double>& costs) {
        const PreparedModel& model = subject_.model;
        const PreparedModel& restored = restorings_.restored(groups);
        QS_ASSIGN(QuantizedGraph graph, convert(restored, encodingsOf(restored)));
        QS_ASSIGN(const auto executor, subject_.makeExecutor(std::move(graph)));
        QS_ASSIGN(const auto with, executor->profiler(inputs_));
        QS_ASSIGN(const auto base, subject_.variant.profiler(inputs_));
        const std::array networks{with.get(), base.get()};
        const TurnSettings turnSettings{kWarmup, settings_.turns, settings_.threads, 1};
        QS_ASSIGN(const TimedTurns turns, timeInTurns(networks, turnSettings, job));
        const Times after(executor->graph(), with->profile(turns.stats[0]));
        const Times before(subject_.variant.graph(), base->profile(turns.stats[1]));
        for (const size_t group : groups) {
            const Restoring& restoring = restorings_.alone().at(group);
            double& ms = costs[nameOf(group)] = 0;
            for (const BoundaryKind& boundary : kindsOf(restoring)) {
                ms += after.of(boundary) - before.of(boundary);
            }
            const size_t last = std::min(restoring.last() + kNeighbours, model.groups.size() - 1);
            for (size_t i = restoring.first(); i <= last; ++i) {
                ms += after.of(nameOf(i)) - before.of(nameOf(i));
            }
        }
        return {};
    }

  private:
    static std::set<BoundaryKind> kindsOf(const Restoring& restoring) {
        std::set<BoundaryKind> kinds;
        for (const std::set<Boundary>* boundaries : {&restoring.come, &restoring.go}) {
            for (const Boundary& boundary : *boundaries) {
                kinds.emplace(boundary.value, boundary.op);
            }
        }
        return kinds;
    }

    /// The variant's, with the grids that are named otherwise now: a value that is a float has the grid of
    /// its first reader, which was perhaps another reader's or another layer's before.
    Encodings encodingsOf(const PreparedModel& restored) const {
        Encodings encodings = subject_.encodings;
        for (const auto& [id, qconfig] : restored.observed) {
            if (const QParams* qparams = qparamsOf(id.value, gridText(qconfig.activation))) {
                encodings.activations.insert_or_assign(restored.keyOf(id), *qparams);
            }
        }
        return encodings;
    }

    /// On which the value lies in the variant where it lies on a grid of this kind.
    const QParams* qparamsOf(ValueId value, const std::string& grid) const {
        const PreparedModel& model = subject_.model;
        for (const GridId& id : {GridId{value}, GridId{value, grid}}) {
            const auto observed = model.observed.find(id);
            if (observed == model.observed.end() || gridText(observed->second.activation) != grid) {
                continue;
            }
            if (const auto found = subject_.encodings.activations.find(model.keyOf(id));
                found != subject_.encodings.activations.end()) {
                return &found->second;
            }
        }
        if (model.observed.contains({value})) {
            return nullptr;
        }
        // A pass-through op's result lies on the grid of its input.
        const auto producer = std::ranges::find_if(model.groups, [&](const FusionGroup& group) {
            return std::ranges::count(group.outputs, value) > 0;
        });
        return producer == model.groups.end() || producer->inputs.empty()
                   ? nullptr
                   : qparamsOf(producer->inputs.front(), grid);
    }

    const std::string& nameOf(size_t group) const {
        return subject_.model.graph.node(subject_.model.groups[group].primary).name;
    }

    const RestoreSubject& subject_;
    std::span<const at::Tensor> inputs_;
    const RestoreSettings& settings_;
    Restorings& restorings_;
};

}  // namespace

Result<std::vector<RestoredTogether>> restoredTogether(const PreparedModel& model, const Job& job) {
    QS_ASSIGN(Restorings restorings, Restorings::of(model, job));
    return together(restorings, job);
}

Result<std::map<std::string, double>> measureRestoreCosts(const RestoreSubject& subject,
                                                          std::span<const at::Tensor> inputs,
                                                          const RestoreSettings& settings, Job& job) {
    QS_ASSIGN(Restorings restorings, Restorings::of(subject.model, job));
    QS_ASSIGN(const std::vector<RestoredTogether> sets, together(restorings, job));
    Measuring measuring(subject, inputs, settings, restorings);
    std::map<std::string, double> costs;
    job.begin("Measuring what restoring costs", static_cast<int64_t>(sets.size()));
    for (size_t i = 0; i < sets.size(); ++i) {
        QS_TRY(job.step(static_cast<int64_t>(i)));
        QS_TRY(measuring.measure(sets[i], job, costs));
    }
    QS_TRY(job.step(static_cast<int64_t>(sets.size())));
    return costs;
}

}  // namespace qs
