#include "analysis/metrics/hit_rate.h"

#include <algorithm>

#include "analysis/interval.h"

namespace qs {

Status HitRate::add(const MetricBatch& batch) {
    QS_ASSIGN(lastHits_, judge(batch));
    hits_ += std::ranges::count(lastHits_, true);
    samples_ += static_cast<int64_t>(lastHits_.size());
    return {};
}

protocol::MetricValue HitRate::value() const {
    protocol::MetricValue result;
    result.samples = samples_;
    if (samples_ > 0) {
        const Interval range = wilsonInterval(hits_, samples_);
        result.value = 100.0 * static_cast<double>(hits_) / static_cast<double>(samples_);
        result.low = 100 * range.low;
        result.high = 100 * range.high;
    }
    return result;
}

std::vector<bool> toHits(const at::Tensor& hits) {
    const at::Tensor dense = hits.contiguous();
    const bool* begin = dense.data_ptr<bool>();
    return std::vector<bool>(begin, begin + dense.numel());
}

}  // namespace qs
