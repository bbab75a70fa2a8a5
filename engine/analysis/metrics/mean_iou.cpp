#include "analysis/metrics/class_shares.h"
#include "analysis/metrics/scores.h"
#include "core/translatable.h"

namespace qs {

namespace {

/// Pixels with this label, or a negative one, belong to no class.
constexpr int64_t kIgnored = 255;

class MeanIou : public ClassShares {
  public:
    explicit MeanIou(const MetricSubject& subject)
        : ClassShares("mean_iou", subject.shape.at(1), subject.classes) {}

    Status add(const MetricBatch& batch) override {
        at::Tensor valid = batch.labels.ge(0);
        if (matrix_.classes() <= kIgnored) {
            valid = valid.logical_and(batch.labels.ne(kIgnored));
        }
        const at::Tensor labels = batch.labels.masked_select(valid);
        if (labels.numel() > 0 && labels.max().item<int64_t>() >= matrix_.classes()) {
            return failure("mask value " + std::to_string(labels.max().item<int64_t>()) +
                           " is outside the model's " + std::to_string(matrix_.classes()) +
                           " classes: the data does not belong to this model");
        }
        matrix_.add(labels, bestOf(batch.output, 1).masked_select(valid));
        samples_ += batch.samples;
        return {};
    }

  private:
    /// A class that neither the masks nor the model know of has no figure.
    void judge(protocol::ClassResult& row) const override {
        const int64_t both = matrix_.correct(row.index);
        const int64_t either = matrix_.labelled(row.index) + matrix_.predicted(row.index) - both;
        if (either > 0) {
            row.value = 100.0 * static_cast<double>(both) / static_cast<double>(either);
        }
    }
};

std::string refuse(const MetricSubject& subject) {
    const Shape& shape = subject.shape;
    if (shape.size() != 4 || shape[0] != subject.batch || shape[1] < 2) {
        return "the output " + subject.output + " is not N x C x H x W, a score for each class and pixel";
    }
    if (subject.label->size() != 2) {
        return "the labels are not masks, N x H x W";
    }
    if ((*subject.label)[0] != shape[2] || (*subject.label)[1] != shape[3]) {
        const auto size = [](int64_t height, int64_t width) {
            return std::to_string(height) + " x " + std::to_string(width);
        };
        return "the masks are " + size((*subject.label)[0], (*subject.label)[1]) + ", the output " +
               subject.output + " is " + size(shape[2], shape[3]);
    }
    return "";
}

}  // namespace

void register_mean_iou(Registry<MetricDef>& registry) {
    MetricDef def;
    def.rank = 40;
    def.description = QT_TRANSLATE_NOOP(
        "Engine", "mean of the classes' intersections over unions; 255 and negative labels are ignored");
    def.unit = "%";
    def.needsLabels = true;
    def.refusal = refuse;
    def.make = [](const MetricSubject& subject) { return std::make_unique<MeanIou>(subject); };
    registry.add("mean_iou", std::move(def));
}

}  // namespace qs
