#include "quant/ptq/concatenations.h"

#include <algorithm>
#include <map>
#include <set>
#include "ops/op.h"

namespace qs {

namespace {

double stepSquared(const QParams& qparams) {
    return qparams.scale[0] * qparams.scale[0];
}

class Sharing {
  public:
    Sharing(const PreparedModel& model, Calibration& calibration) : model_(model), calibration_(calibration) {
        for (size_t i = 0; i < model.groups.size(); ++i) {
            for (const ValueId input : model.groups[i].inputs) {
                readers_[input].insert(i);
            }
            if (model.isInteger(i) &&
                roleOf(model.graph.node(model.groups[i].primary).op) == OpRole::Concatenate) {
                concatenations_.push_back(i);
            }
        }
    }

    void run() {
        for (auto cat = concatenations_.rbegin(); cat != concatenations_.rend(); ++cat) {
            lender_[*cat] = lenderOf(*cat);
        }
        const Calibration own = calibration_;
        for (const size_t cat : concatenations_) {
            const QParams& lent = own.at(nameOf(resultOf(lender_[cat])));
            calibration_[nameOf(resultOf(cat))] = lent;
            for (const ValueId part : model_.groups[cat].inputs) {
                if (follows(part, cat)) {
                    calibration_[nameOf(part)] = lent;
                }
            }
        }
    }

  private:
    ValueId resultOf(size_t cat) const { return model_.groups[cat].outputs.at(0); }
    const std::string& nameOf(ValueId value) const { return model_.graph.value(value).name; }

    /// The later concatenation whose qparams `cat` takes, or itself: one that has all of its parts, and a
    /// step so little wider that values rounded to it once are nearer than those rounded to their own and
    /// then to cat's.
    size_t lenderOf(size_t cat) const {
        const std::vector<ValueId>& parts = model_.groups[cat].inputs;
        for (auto later = concatenations_.rbegin(); *later != cat; ++later) {
            const std::vector<ValueId>& others = model_.groups[*later].inputs;
            const bool covers = std::ranges::all_of(
                parts, [&](ValueId part) { return std::ranges::find(others, part) != others.end(); });
            const size_t lender = lender_.at(*later);
            if (covers && sameSettings(resultOf(cat), resultOf(lender)) && roundsLess(cat, lender)) {
                return lender;
            }
        }
        return cat;
    }

    /// Mean squared rounding errors are steps squared / 12, of each rounding.
    bool roundsLess(size_t cat, size_t lender) const {
        double elements = 0, sum = 0;
        for (const ValueId part : model_.groups[cat].inputs) {
            double count = 1;
            for (const int64_t extent : model_.graph.value(part).shape) {
                count *= static_cast<double>(extent);
            }
            elements += count;
            if (mayFollow(part, lender)) {
                sum += count * stepSquared(calibration_.at(nameOf(part)));
            }
        }
        const double own = stepSquared(calibration_.at(nameOf(resultOf(cat))));
        return stepSquared(calibration_.at(nameOf(resultOf(lender)))) <= own + sum / std::max(elements, 1.0);
    }

    /// Whether `part` has a range of its own to give up and only concatenations read it.
    bool mayFollow(ValueId part, size_t cat) const {
        const auto& outputs = model_.graph.outputs();
        return model_.observed.contains({part}) && !model_.fixed.contains(part) &&
               std::ranges::find(outputs, part) == outputs.end() && sameSettings(part, resultOf(cat)) &&
               std::ranges::all_of(readers_.at(part), [&](size_t reader) {
                   return std::ranges::find(concatenations_, reader) != concatenations_.end();
               });
    }

    bool follows(ValueId part, size_t cat) const {
        return mayFollow(part, cat) && std::ranges::all_of(readers_.at(part), [&](size_t reader) {
                   return lender_.at(reader) == lender_.at(cat);
               });
    }

    bool sameSettings(ValueId a, ValueId b) const {
        return model_.observed.at({a}).activation == model_.observed.at({b}).activation;
    }

    const PreparedModel& model_;
    Calibration& calibration_;
    std::map<ValueId, std::set<size_t>> readers_;  ///< groups
    std::vector<size_t> concatenations_;           ///< groups
    std::map<size_t, size_t> lender_;
};

}  // namespace

void shareWithConcatenations(const PreparedModel& model, Calibration& calibration) {
    Sharing(model, calibration).run();
}

}  // namespace qs
