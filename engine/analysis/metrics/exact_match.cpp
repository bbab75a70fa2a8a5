#include <algorithm>

#include "analysis/fixed_batch.h"
#include "analysis/metrics/ctc.h"
#include "analysis/metrics/hit_rate.h"
#include "analysis/metrics/scores.h"
#include "core/translatable.h"

namespace qs {

namespace {

/// N x T x C or T x N x C.
int64_t sequenceBatchDimension(const MetricSubject& subject) {
    const Shape& shape = subject.shape;
    return shape.size() == 3 && shape[2] >= 2 ? batchDimension(shape, subject.batch) : -1;
}

class ExactMatch : public HitRate {
  public:
    explicit ExactMatch(const MetricSubject& subject)
        : batchDimension_(sequenceBatchDimension(subject)),
          classes_(subject.shape[2]),
          blank_(subject.argument == "last" ? classes_ - 1 : 0) {}

  private:
    Result<std::vector<bool>> judge(const MetricBatch& batch) override {
        const at::Tensor best = bestOf(batch.output, 2);
        const at::Tensor paths = (batchDimension_ == 0 ? best : best.t()).contiguous();
        const at::Tensor labels = batch.labels.contiguous();
        std::vector<bool> hits;
        for (int64_t i = 0; i < labels.size(0); ++i) {
            QS_ASSIGN(const std::vector<int64_t> wanted, wantedSequence(row(labels, i)));
            const auto path = row(paths, i);
            const bool isDecoded = std::ranges::find(path, -1) == path.end();
            hits.push_back(isDecoded && collapseCtc(path, blank_) == wanted);
        }
        return hits;
    }

    static std::span<const int64_t> row(const at::Tensor& matrix, int64_t index) {
        const auto width = static_cast<size_t>(matrix.size(1));
        return {matrix.data_ptr<int64_t>() + static_cast<size_t>(index) * width, width};
    }

    Result<std::vector<int64_t>> wantedSequence(std::span<const int64_t> padded) const {
        std::vector<int64_t> wanted;
        for (const int64_t label : padded) {
            if (label >= classes_) {
                return failure("label " + std::to_string(label) + " is outside the model's " +
                               std::to_string(classes_) + " symbols: the data does not belong to this model");
            }
            if (label == blank_) {
                return failure("label " + std::to_string(label) +
                               " is the blank: pad sequences with -1, or choose the blank with metric "
                               "exact_match:first or exact_match:last");
            }
            if (label >= 0) {
                wanted.push_back(label);
            }
        }
        return wanted;
    }

    int64_t batchDimension_;
    int64_t classes_;
    int64_t blank_;
};

std::string refuse(const MetricSubject& subject) {
    if (sequenceBatchDimension(subject) < 0) {
        return "the output " + subject.output +
               " is not N x T x C or T x N x C, a score for each step and symbol";
    }
    if (subject.label->size() != 1) {
        return "the labels are not sequences, N x L";
    }
    if (!subject.argument.empty() && subject.argument != "first" && subject.argument != "last") {
        return "'" + subject.argument + "' is not the place of the blank: first or last";
    }
    return "";
}

}  // namespace

void register_exact_match(Registry<MetricDef>& registry) {
    MetricDef def;
    def.rank = 50;
    def.description =
        QT_TRANSLATE_NOOP("Engine", "share of samples whose greedy CTC decoding is the label sequence");
    def.unit = "%";
    def.needsLabels = true;
    def.argumentHelp = "exact_match:last where the last symbol is the blank, not the first";
    def.refusal = refuse;
    def.make = [](const MetricSubject& subject) { return std::make_unique<ExactMatch>(subject); };
    registry.add("exact_match", std::move(def));
}

}  // namespace qs
