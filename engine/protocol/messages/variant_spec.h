#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/messages/data.h"
#include "protocol/messages/recipe.h"

namespace qs::protocol {

/// Which variant a request is about: everything that building it takes.
struct VariantSpec {
    std::string model;
    std::optional<DataSpec> data = {};    ///< absent: random input, no accuracy
    std::vector<TensorInfo> inputs = {};  ///< as in OpenModelParams
    Recipe recipe = {};
    /// Absent: calibration and evaluation share `data`, in subsets that do not overlap where it is large
    /// enough.
    std::optional<DataSpec> calib_data = {};
};

}  // namespace qs::protocol
