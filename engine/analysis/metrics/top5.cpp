#include <ATen/ops/arange.h>

#include "analysis/metrics/hit_rate.h"
#include "analysis/metrics/scores.h"
#include "core/translatable.h"

namespace qs {

namespace {

constexpr int64_t kBest = 5;

class Top5 : public HitRate {
  public:
    explicit Top5(int64_t classes) : classes_(classes), indices_(at::arange(classes)) {}

  private:
    /// Equal scores, which integers make often, rank in the order of the classes, as argmax has it.
    Result<std::vector<bool>> judge(const MetricBatch& batch) override {
        QS_ASSIGN(const at::Tensor labels, classLabels(batch, classes_));
        const at::Tensor scores = scoresOf(batch.output);
        const at::Tensor column = labels.unsqueeze(1);
        const at::Tensor own = scores.gather(1, column);
        const at::Tensor before = scores.gt(own).logical_or(scores.eq(own).logical_and(indices_.lt(column)));
        const at::Tensor isRanked = own.squeeze(1).isfinite().logical_and(bestOf(scores, 1).ge(0));
        return toHits(before.sum(1).lt(kBest).logical_and(isRanked));
    }

    int64_t classes_;
    at::Tensor indices_;
};

std::string refuse(const MetricSubject& subject) {
    if (std::string reason = refuseUnlessClassified(subject); !reason.empty()) {
        return reason;
    }
    return classCount(subject) > kBest
               ? ""
               : "the model has only " + std::to_string(classCount(subject)) + " classes";
}

}  // namespace

void register_top5(Registry<MetricDef>& registry) {
    MetricDef def;
    def.rank = 20;
    def.description =
        QT_TRANSLATE_NOOP("Engine", "share of samples whose label is among the five highest scores");
    def.unit = "%";
    def.needsLabels = true;
    def.refusal = refuse;
    def.make = [](const MetricSubject& subject) { return std::make_unique<Top5>(classCount(subject)); };
    registry.add("top5", std::move(def));
}

}  // namespace qs
