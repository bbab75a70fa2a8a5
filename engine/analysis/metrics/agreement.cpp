#include "analysis/metrics/hit_rate.h"
#include "analysis/metrics/scores.h"
#include "core/translatable.h"

namespace qs {

namespace {

class Agreement : public HitRate {
    Result<std::vector<bool>> judge(const MetricBatch& batch) override {
        const at::Tensor best = bestOf(scoresOf(batch.output), 1);
        return toHits(best.ge(0).logical_and(best.eq(bestOf(scoresOf(batch.reference), 1))));
    }
};

}  // namespace

void register_agreement(Registry<MetricDef>& registry) {
    MetricDef def;
    def.rank = 60;
    def.description =
        QT_TRANSLATE_NOOP("Engine", "share of samples whose highest score is that of the FP32 model");
    def.unit = "%";
    def.comparesWithFp32 = true;
    def.refusal = refuseUnlessScores;
    def.make = [](const MetricSubject&) { return std::make_unique<Agreement>(); };
    registry.add("agreement", std::move(def));
}

}  // namespace qs
