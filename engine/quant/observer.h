#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/parameters.h"
#include "core/registry.h"
#include "core/result.h"
#include "graph/qparams.h"
#include "ops/op.h"
#include "ops/quantize.h"
#include "quant/qconfig.h"
#include "quant/ranges/range_choice.h"
#include "quant/statistics/statistics.h"

namespace qs {

/// An observer is statistics and a range choice: what is kept of what it sees, and how a range comes of that.
struct ObserverDef {
    enum class Keeps { Nothing, Extremes, MovingExtremes, Histogram };

    std::string description;
    Keeps keeps = Keeps::Extremes;
    RangeChoice choice;
    std::vector<ParameterDef> parameters;  ///< of the statistics, then of the choice
};

/// The parameter of observers that keep moving extremes.
inline constexpr const char* kAveragingConstant = "averaging_constant";

/// min_max, moving_average_min_max, histogram, mse, entropy, percentile, fixed; each for tensors, channels
/// and groups.
const Registry<ObserverDef>& observers();

/// An entry of observers() with all of its parameters.
struct ChosenObserver {
    const ObserverDef* def = nullptr;
    Parameters parameters;
};

/// The observer that `config` names; a name of PyTorch's for channels (per_channel_min_max) is its plain
/// form. Usage error naming those there are, or what is wrong with a parameter.
Result<ChosenObserver> findObserver(const TensorQConfig& config);

/// Extremes and, as far as an observer asks for it, a histogram of one row of numbers.
struct RowStatistics {
    Range range;  ///< or the moving average of ranges
    Histogram histogram;

    /// Adds `row`'s finite numbers.
    void add(std::span<const float> row, const ChosenObserver& observer);
};

/// Sees tensors one after another and proposes qparams after any of them, for what changes as it is watched:
/// a tensor, its channels or groups, as the qconfig says. Statistics that outlive the question are
/// TensorStatistics.
class Observer {
  public:
    /// Usage error as findObserver(). `channelAxis` is that of output channels (0 for conv2d and linear
    /// weights), for granularities other than the tensor.
    static Result<Observer> make(const TensorQConfig& config, int channelAxis = 0);
    /// Answers `qparams` whatever it sees.
    static Observer knowing(QParams qparams);

    /// Infinity and NaN are left out. Failure where groups do not divide the tensor's rows.
    Status observe(const at::Tensor& x);
    /// An error before anything was observed, or where only NaN or infinity was.
    Result<QParams> qparams() const;

  private:
    Observer() = default;

    TensorQConfig config_;
    int channelAxis_ = 0;
    ChosenObserver chosen_;
    std::vector<RowStatistics> rows_;
    int64_t rowsPerChannel_ = 1;
    std::optional<QParams> known_;
};

/// Qparams of an activation, per tensor, from what a pass has kept of it. Moving averages are worked out from
/// the batches' ranges.
Result<QParams> qparamsOf(const TensorStatistics& seen, const TensorQConfig& config);

/// The grid of a weight under `config`: one scale a tensor, a channel of `channelAxis`, or a group of
/// config.group elements of a channel's row (what remains without that axis, flattened). Failure that names
/// both numbers where groups do not divide the row, and the channel that has no finite value.
Result<QParams> chooseWeightGrid(const at::Tensor& weight, const TensorQConfig& config, int channelAxis);

/// For results that never leave [low, high): the whole grid of `config` over that range, whatever is
/// observed. For quint8 that is PyTorch's FixedQParamsObserver: 1/256 and 0 for [0, 1), 2/256 and 128 for
/// [-1, 1). A signed or reduced grid covers the same range in its own steps; a symmetric one the range's
/// mirror image too, with z = 0. With a zero point set by hand, and for floats, as chooseQParams().
QParams fixedOutputQParams(const FixedRange& range, const TensorQConfig& config);

}  // namespace qs
