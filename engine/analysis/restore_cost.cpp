#include "analysis/restore_cost.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

#include "quant/boundaries.h"
#include "quant/restored.h"
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
    const PreparedModel& restored(const std::vector<size_t>& groups) { return restored_.with(groups); }

  private:
    explicit Restorings(const PreparedModel& model)
        : model_(model), restored_(model), boundaries_(boundariesOf(model)) {}

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
    RestoredModel restored_;
    std::set<Boundary> boundaries_;
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

/// A sum of medians and their differences, and the square of how far off it may be, at 95 %.
struct Estimate {
    double ms = 0;
    double squaredUncertainty = 0;

    void add(const Estimate& other, double sign = 1) {
        ms += sign * other.ms;
        squaredUncertainty += other.squaredUncertainty;
    }
};

/// Of a median of n samples of a normal distribution: 1.96 * sqrt(pi / 2) * sigma / sqrt(n), where sigma is
/// the range from the 10th to the 90th percentile over 2.563.
Estimate estimateOf(const NodeTime& time) {
    constexpr double kSquaredFactor = 0.958 * 0.958;
    const double range = time.p90Ms - time.p10Ms;
    return {time.medianMs, time.runs > 0 ? kSquaredFactor * range * range / time.runs : 0};
}

/// What a network's layers and boundaries take.
class Times {
  public:
    Times(const QuantizedGraph& graph, const Profile& profile) {
        for (const NodeTime& time : profile.nodes) {
            const QNode& node = graph.nodes[time.node];
            if (node.isBoundary()) {
                boundaries_[{graph.value(node.inputs[0]).real, node.op}].add(estimateOf(time));
            } else {
                layers_[node.layer].add(estimateOf(time));  // its reorders included
            }
        }
    }

    Estimate of(const std::string& layer) const {
        const auto found = layers_.find(layer);
        return found == layers_.end() ? Estimate() : found->second;
    }

    Estimate of(const BoundaryKind& boundary) const {
        const auto found = boundaries_.find(boundary);
        return found == boundaries_.end() ? Estimate() : found->second;
    }

  private:
    std::map<std::string, Estimate> layers_;
    std::map<BoundaryKind, Estimate> boundaries_;
};

/// By what parts that sum up to `sum` are to be multiplied, so that they sum up to what the first network's
/// whole runs take longer than the second's, as far as the turns tell that.
double scaleFor(double sum, const TimedTurns& turns) {
    const PairedRatio& ratio = turns.ratio;
    if (!ratio.low || sum <= 0) {
        return 1;
    }
    const double base = turns.stats[1].medianMs;
    const double whole = std::clamp(sum, base * (*ratio.low - 1), base * (*ratio.high - 1));
    return whole > 0 ? whole / sum : 1;
}

class Measuring {
  public:
    Measuring(const RestoreSubject& subject, std::span<const at::Tensor> inputs,
              const RestoreSettings& settings, Restorings& restorings)
        : subject_(subject), inputs_(inputs), settings_(settings), restorings_(restorings) {}

    Status measure(const RestoredTogether& groups, const Job& job,
                   std::map<std::string, RestoreCost>& costs) {
        const PreparedModel& restored = restorings_.restored(groups);
        QS_ASSIGN(const QuantizedGraph graph,
                  convert(restored, encodingsOf(restored, subject_.model, subject_.encodings)));
        std::array<std::unique_ptr<Executor>, 2> executors;
        for (const size_t i : {measured_ % 2, 1 - measured_ % 2}) {
            QS_ASSIGN(executors[i], subject_.makeExecutor(i == 0 ? graph : subject_.variant));
        }
        ++measured_;
        QS_ASSIGN(const auto with, executors[0]->profiler(inputs_));
        QS_ASSIGN(const auto base, executors[1]->profiler(inputs_));
        const std::array networks{with.get(), base.get()};
        const TurnSettings turnSettings{kWarmup, settings_.turns, settings_.threads, 1};
        QS_ASSIGN(const TimedTurns turns, timeInTurns(networks, turnSettings, job));
        const Times after(executors[0]->graph(), with->profile(turns.stats[0]));
        const Times before(executors[1]->graph(), base->profile(turns.stats[1]));
        std::map<size_t, Estimate> parts;
        double sum = 0;
        for (const size_t group : groups) {
            parts[group] = partOf(restorings_.alone().at(group), before, after);
            sum += parts[group].ms;
        }
        const double scale = scaleFor(sum, turns);
        for (const auto& [group, part] : parts) {
            costs[nameOf(group)] = {scale * part.ms, scale * std::sqrt(part.squaredUncertainty)};
        }
        return {};
    }

  private:
    Estimate partOf(const Restoring& restoring, const Times& before, const Times& after) const {
        Estimate part;
        for (const BoundaryKind& boundary : kindsOf(restoring)) {
            part.add(after.of(boundary));
            part.add(before.of(boundary), -1);
        }
        const size_t last = std::min(restoring.last() + kNeighbours, subject_.model.groups.size() - 1);
        for (size_t i = restoring.first(); i <= last; ++i) {
            part.add(after.of(nameOf(i)));
            part.add(before.of(nameOf(i)), -1);
        }
        return part;
    }

    static std::set<BoundaryKind> kindsOf(const Restoring& restoring) {
        std::set<BoundaryKind> kinds;
        for (const std::set<Boundary>* boundaries : {&restoring.come, &restoring.go}) {
            for (const Boundary& boundary : *boundaries) {
                kinds.emplace(boundary.value, boundary.op);
            }
        }
        return kinds;
    }

    const std::string& nameOf(size_t group) const {
        return subject_.model.graph.node(subject_.model.groups[group].primary).name;
    }

    const RestoreSubject& subject_;
    std::span<const at::Tensor> inputs_;
    const RestoreSettings& settings_;
    Restorings& restorings_;
    size_t measured_ = 0;  ///< sets
};

}  // namespace

Result<std::vector<RestoredTogether>> restoredTogether(const PreparedModel& model, const Job& job) {
    QS_ASSIGN(Restorings restorings, Restorings::of(model, job));
    return together(restorings, job);
}

Result<std::map<std::string, RestoreCost>> measureRestoreCosts(const RestoreSubject& subject,
                                                               std::span<const at::Tensor> inputs,
                                                               const RestoreSettings& settings, Job& job) {
    QS_ASSIGN(Restorings restorings, Restorings::of(subject.model, job));
    QS_ASSIGN(const std::vector<RestoredTogether> sets, together(restorings, job));
    Measuring measuring(subject, inputs, settings, restorings);
    std::map<std::string, RestoreCost> costs;
    job.begin("Measuring what restoring costs", static_cast<int64_t>(sets.size()));
    for (size_t i = 0; i < sets.size(); ++i) {
        QS_TRY(job.step(static_cast<int64_t>(i)));
        QS_TRY(measuring.measure(sets[i], job, costs));
    }
    QS_TRY(job.step(static_cast<int64_t>(sets.size())));
    return costs;
}

}  // namespace qs
