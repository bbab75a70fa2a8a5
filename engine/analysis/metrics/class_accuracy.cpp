#include "analysis/interval.h"
#include "analysis/metrics/class_shares.h"
#include "analysis/metrics/scores.h"
#include "core/translatable.h"

namespace qs {

namespace {

class ClassAccuracy : public ClassShares {
  public:
    explicit ClassAccuracy(const MetricSubject& subject)
        : ClassShares("class_accuracy", classCount(subject), subject.classes) {}

    Status add(const MetricBatch& batch) override {
        QS_ASSIGN(const at::Tensor labels, classLabels(batch, matrix_.classes()));
        matrix_.add(labels, bestOf(scoresOf(batch.output), 1));
        samples_ += batch.samples;
        return {};
    }

  private:
    void judge(protocol::ClassResult& row) const override {
        const int64_t correct = matrix_.correct(row.index), samples = matrix_.labelled(row.index);
        if (samples > 0) {
            const Interval range = wilsonInterval(correct, samples);
            row.value = 100.0 * static_cast<double>(correct) / static_cast<double>(samples);
            row.low = 100 * range.low;
            row.high = 100 * range.high;
        }
    }
};

}  // namespace

void register_class_accuracy(Registry<MetricDef>& registry) {
    MetricDef def;
    def.rank = 30;
    def.description = QT_TRANSLATE_NOOP(
        "Engine", "mean of the accuracies of the classes, with each class's own and the confusions");
    def.unit = "%";
    def.needsLabels = true;
    def.refusal = refuseUnlessClassified;
    def.make = [](const MetricSubject& subject) { return std::make_unique<ClassAccuracy>(subject); };
    registry.add("class_accuracy", std::move(def));
}

}  // namespace qs
