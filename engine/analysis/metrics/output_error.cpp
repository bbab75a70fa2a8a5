#include "analysis/metrics/output_error.h"

namespace qs {

Status OutputError::add(const MetricBatch& batch) {
    errors_.add(batch.reference, batch.output);
    samples_ += batch.samples;
    return {};
}

protocol::MetricValue OutputError::value() const {
    protocol::MetricValue result;
    result.value = (errors_.*figure_)();
    result.samples = samples_;
    return result;
}

}  // namespace qs
