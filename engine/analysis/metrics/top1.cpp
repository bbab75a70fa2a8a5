#include "analysis/metrics/hit_rate.h"
#include "analysis/metrics/scores.h"
#include "core/translatable.h"

namespace qs {

namespace {

class Top1 : public HitRate {
  public:
    explicit Top1(int64_t classes) : classes_(classes) {}

  private:
    Result<std::vector<bool>> judge(const MetricBatch& batch) override {
        QS_ASSIGN(const at::Tensor labels, classLabels(batch, classes_));
        return toHits(bestOf(scoresOf(batch.output), 1).eq(labels));
    }

    int64_t classes_;
};

}  // namespace

void register_top1(Registry<MetricDef>& registry) {
    MetricDef def;
    def.rank = 10;
    def.description = QT_TRANSLATE_NOOP("Engine", "share of samples whose highest score is the label's");
    def.unit = "%";
    def.needsLabels = true;
    def.refusal = refuseUnlessClassified;
    def.make = [](const MetricSubject& subject) { return std::make_unique<Top1>(classCount(subject)); };
    registry.add("top1", std::move(def));
}

}  // namespace qs
