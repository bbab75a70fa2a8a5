#include "verify/difference.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {

namespace {

constexpr int64_t kBytesApart = 128;  ///< between the ranges of int8 and uint8

at::Tensor doubles(const at::Tensor& tensor) {
    return tensor.to(at::kDouble).contiguous();
}

at::ScalarType typeOf(const QParams& qparams) {
    return infoOf(qparams.dtype).isSigned ? at::kChar : at::kByte;
}

/// `tensor` in steps of the grid of `qparams`.
at::Tensor steps(const at::Tensor& tensor, const QParams& qparams) {
    const at::ScalarType wanted = typeOf(qparams);
    if (at::isFloatingType(tensor.scalar_type())) {
        return doubles(tensor).div(qparams.scale.at(0)).add(qparams.zeroPoint.at(0));
    }
    const int64_t offset = tensor.scalar_type() == wanted ? 0
                           : wanted == at::kByte          ? kBytesApart
                                                          : -kBytesApart;
    return doubles(tensor).add(offset);
}

}  // namespace

bool sameButUnitAxes(at::IntArrayRef a, at::IntArrayRef b) {
    const auto others = [](at::IntArrayRef shape) {
        Shape extents = shape.vec();
        std::erase(extents, 1);
        return extents;
    };
    return others(a) == others(b);
}

at::Tensor integersOf(const at::Tensor& tensor, const QParams& qparams) {
    const at::ScalarType type = typeOf(qparams);
    if (tensor.scalar_type() == type) {
        return tensor.contiguous();
    }
    return steps(tensor, qparams).round().clamp(qparams.quantMin, qparams.quantMax).to(type);
}

void OutputComparison::add(const at::Tensor& engine, const at::Tensor& file) {
    const at::Tensor a = doubles(engine), b = doubles(file);
    const double* e = a.data_ptr<double>();
    const double* f = b.data_ptr<double>();
    for (int64_t i = 0; i < a.numel(); ++i) {
        fileNotNumbers_ += std::isnan(f[i]) ? 1 : 0;
        const bool same = e[i] == f[i] || (std::isnan(e[i]) && std::isnan(f[i]));
        const double difference = same ? 0 : std::abs(e[i] - f[i]);
        worst_ =
            std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(worst_, difference);
        sum_ += difference;
        noise_ += difference * difference;
        signal_ += std::isfinite(e[i]) ? e[i] * e[i] : 0;
    }
    values_ += a.numel();
}

protocol::OutputDifference OutputComparison::result() const {
    protocol::OutputDifference result{
        name_, worst_, values_ > 0 ? sum_ / static_cast<double>(values_) : 0, {}};
    if (noise_ > 0 || std::isnan(noise_)) {
        const double db = 10 * std::log10(signal_ / noise_);
        result.sqnr_db = std::isnan(db) ? kWorstSqnrDb : std::max(db, kWorstSqnrDb);
    }
    return result;
}

void LayerComparison::add(const at::Tensor& engine, const QParams& qparams, const at::Tensor& file) {
    const at::Tensor a = doubles(engine), b = steps(file, qparams).contiguous();
    const double* e = a.data_ptr<double>();
    const double* f = b.data_ptr<double>();
    for (int64_t i = 0; i < a.numel(); ++i) {
        const bool onGrid = std::abs(f[i] - std::nearbyint(f[i])) <= kOnGrid;
        const double difference = std::abs(e[i] - f[i]);
        worst_ =
            std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(worst_, difference);
        sum_ += difference;
        differing_ += onGrid && difference <= kOnGrid ? 0 : 1;
        within_ += onGrid && difference <= 1 + kOnGrid ? 1 : 0;
    }
    scale_ = qparams.scale.at(0);
    values_ += a.numel();
}

protocol::LayerDifference LayerComparison::result(double tolerancePercent) const {
    const double values = static_cast<double>(std::max<int64_t>(values_, 1));
    const double percent = 100 * static_cast<double>(within_) / values;
    return {name_, op_, scale_, values_, worst_, sum_ / values, percent, percent >= tolerancePercent};
}

double LayerComparison::differingPercent() const {
    return 100 * static_cast<double>(differing_) / static_cast<double>(std::max<int64_t>(values_, 1));
}

}  // namespace qs
