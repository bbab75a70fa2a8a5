#include "analysis/metrics/class_shares.h"

namespace qs {

protocol::MetricValue ClassShares::value() const {
    double sum = 0;
    int64_t seen = 0;
    for (int64_t i = 0; i < matrix_.classes(); ++i) {
        protocol::ClassResult row;
        row.index = i;
        judge(row);
        if (row.value) {
            sum += *row.value;
            ++seen;
        }
    }
    protocol::MetricValue result;
    result.samples = samples_;
    if (seen > 0) {
        result.value = sum / static_cast<double>(seen);
    }
    return result;
}

std::optional<protocol::ClassReport> ClassShares::classReport() const {
    protocol::ClassReport report = matrix_.report(metric_, names_);
    for (auto& row : report.classes) {
        judge(row);
    }
    return report;
}

}  // namespace qs
