#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/parameters.h"
#include "core/registry.h"
#include "quant/qconfig.h"
#include "quant/statistics/histogram.h"

namespace qs {

/// How the range that a grid covers is chosen from what was seen of a tensor or of one row of it.
struct RangeChoice {
    enum class Needs { Nothing, Range, Histogram };

    std::string description;
    Needs needs = Needs::Range;
    std::vector<ParameterDef> parameters = {};
    /// What the parameters have to fulfil together; may be absent.
    std::function<Status(const Parameters&)> check = {};
    /// `seen` is not empty and `histogram` is filled if it is needed. `grid` gives scheme and integers;
    /// `parameters` are complete. What comes out is given to chooseQParams().
    std::function<Range(const Range& seen, const Histogram& histogram, const TensorQConfig& grid,
                        const Parameters& parameters)>
        choose;
};

/// min_max, l2, mse, entropy, percentile, fixed (engine/quant/ranges, one a file).
const Registry<RangeChoice>& rangeChoices();

/// Steps that a range is divided into: of 8-bit types 256 if at least half of their integers are used, as
/// PyTorch has it for reduce_range, else the integers that `grid` has. 0 for floats, whose steps differ: a
/// search by steps then leaves the range as it is.
int64_t levelsOf(const TensorQConfig& grid);

}  // namespace qs
