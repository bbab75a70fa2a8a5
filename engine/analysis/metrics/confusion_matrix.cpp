#include "analysis/metrics/confusion_matrix.h"

#include <algorithm>

namespace qs {

ConfusionMatrix::ConfusionMatrix(int64_t classes)
    : labelled_(static_cast<size_t>(classes)),
      predicted_(labelled_.size()),
      correct_(labelled_.size()),
      cells_(classes <= kMostClasses ? labelled_.size() * labelled_.size() : 0) {}

void ConfusionMatrix::add(const at::Tensor& labels, const at::Tensor& predicted) {
    const at::Tensor denseLabels = labels.contiguous();
    const at::Tensor densePredicted = predicted.contiguous();
    const int64_t* label = denseLabels.data_ptr<int64_t>();
    const int64_t* guess = densePredicted.data_ptr<int64_t>();
    for (int64_t i = 0; i < denseLabels.numel(); ++i) {
        const auto l = static_cast<size_t>(label[i]), p = static_cast<size_t>(guess[i]);
        ++labelled_[l];
        if (guess[i] < 0) {
            continue;
        }
        ++predicted_[p];
        correct_[l] += l == p;
        if (!cells_.empty()) {
            ++cells_[l * labelled_.size() + p];
        }
    }
}

protocol::ClassReport ConfusionMatrix::report(const std::string& metric,
                                              const std::vector<std::string>& names) const {
    protocol::ClassReport report;
    report.metric = metric;
    report.confusions_counted = !cells_.empty();
    for (int64_t i = 0; i < classes(); ++i) {
        protocol::ClassResult row;
        row.index = i;
        row.name = static_cast<size_t>(i) < names.size() ? names[static_cast<size_t>(i)] : "";
        row.samples = labelled(i);
        report.classes.push_back(std::move(row));
    }
    for (size_t cell = 0; cell < cells_.size(); ++cell) {
        const auto label = static_cast<int64_t>(cell) / classes(),
                   guess = static_cast<int64_t>(cell) % classes();
        if (label != guess && cells_[cell] > 0) {
            report.confusions.push_back({label, guess, cells_[cell]});
        }
    }
    std::ranges::stable_sort(report.confusions, std::ranges::greater(), &protocol::Confusion::count);
    if (report.confusions.size() > kMostReported) {
        report.confusions_left_out = static_cast<int64_t>(report.confusions.size() - kMostReported);
        report.confusions.resize(kMostReported);
    }
    return report;
}

}  // namespace qs
