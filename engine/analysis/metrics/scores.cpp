#include "analysis/metrics/scores.h"

#include <ATen/ops/any.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/isnan.h>

#include <algorithm>

namespace qs {

std::string refuseUnlessScores(const MetricSubject& subject) {
    const Shape& shape = subject.shape;
    const bool scores =
        shape.size() >= 2 && shape[0] == subject.batch && shape[1] >= 2 &&
        std::all_of(shape.begin() + 2, shape.end(), [](int64_t extent) { return extent == 1; });
    return scores ? ""
                  : "the output " + subject.output + " is not N x C, a score for each of several classes";
}

std::string refuseUnlessClassified(const MetricSubject& subject) {
    if (std::string reason = refuseUnlessScores(subject); !reason.empty()) {
        return reason;
    }
    const bool classes = std::ranges::all_of(*subject.label, [](int64_t extent) { return extent == 1; });
    return classes ? "" : "the labels are not one class a sample";
}

int64_t classCount(const MetricSubject& subject) {
    return subject.shape.at(1);
}

at::Tensor scoresOf(const at::Tensor& output) {
    return output.flatten(1);
}

at::Tensor bestOf(const at::Tensor& scores, int64_t dim) {
    return scores.argmax(dim).masked_fill_(scores.isnan().any(dim), -1);
}

Result<at::Tensor> classLabels(const MetricBatch& batch, int64_t classes) {
    const at::Tensor labels = batch.labels.flatten().contiguous();
    const int64_t* begin = labels.data_ptr<int64_t>();
    const int64_t* end = begin + labels.numel();
    const int64_t* wrong = std::find_if(begin, end, [&](int64_t l) { return l < 0 || l >= classes; });
    if (wrong != end) {
        return failure("label " + std::to_string(*wrong) + " is outside the model's " +
                       std::to_string(classes) + " classes: the data does not belong to this model");
    }
    return labels;
}

}  // namespace qs
