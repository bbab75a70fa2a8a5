#include "analysis/accuracy.h"

#include <algorithm>

#include "core/guard.h"

namespace qs {

namespace {

double percentEqual(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
    int64_t equal = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        equal += a[i] == b[i];
    }
    return 100.0 * static_cast<double>(equal) / static_cast<double>(a.size());
}

void append(std::vector<int64_t>& list, const at::Tensor& tensor) {
    const at::Tensor dense = tensor.contiguous();
    const int64_t* data = dense.data_ptr<int64_t>();
    list.insert(list.end(), data, data + dense.numel());
}

Status checkLabels(const Predictions& predictions, int64_t classes) {
    for (const int64_t label : predictions.labels) {
        if (label < 0 || label >= classes) {
            return failure("label " + std::to_string(label) + " is outside the model's " +
                           std::to_string(classes) + " classes: the data does not belong to this model");
        }
    }
    return {};
}

}  // namespace

std::optional<double> Predictions::top1() const {
    return labels.empty() ? std::nullopt : std::optional(percentEqual(classes, labels));
}

Result<Predictions> predict(Executor& executor, Dataset& data, int64_t samples, int64_t batch,
                            const std::string& phase, Job& job) {
    const int64_t total = samples > 0 ? std::min(samples, data.size()) : data.size();
    Predictions predictions;
    int64_t classes = 0;
    job.begin(phase, total);
    for (int64_t begin = 0; begin < total; begin += batch) {
        QS_ASSIGN(const Batch read, data.read(begin, std::min(begin + batch, total)));
        if (read.size() > 0) {
            QS_ASSIGN(const auto outputs, executor.run(read.inputs));
            QS_TRY(guard("evaluation", [&]() -> Status {
                const at::Tensor scores = outputs.at(0).flatten(1);
                classes = scores.size(1);
                append(predictions.classes, scores.argmax(1));
                if (read.labels.defined()) {
                    append(predictions.labels, read.labels);
                }
                return {};
            }));
        }
        QS_TRY(job.step(std::min(begin + batch, total)));
    }
    if (predictions.classes.empty()) {
        return failure("no sample of the data could be read");
    }
    QS_TRY(checkLabels(predictions, classes));
    return predictions;
}

double agreement(const Predictions& a, const Predictions& b) {
    return percentEqual(a.classes, b.classes);
}

}  // namespace qs
