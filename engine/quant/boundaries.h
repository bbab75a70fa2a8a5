#pragma once

#include <set>
#include <string>
#include <tuple>

#include "quant/ptq.h"

namespace qs {

/// A step between grids, or between a grid and floats, that a prepared model needs for one of its values.
struct Boundary {
    ValueId value;          ///< of the float graph
    std::string op;         ///< "quantize", "dequantize", "requantize" or "fake_quantize"
    std::string grid = {};  ///< that it goes to, as in GridId; of dequantize empty
    bool operator==(const Boundary&) const = default;
    bool operator<(const Boundary& other) const {
        return std::tie(value.index, op, grid) < std::tie(other.value.index, other.op, other.grid);
    }
};

/// Those that convert() places between layers, known without converting. What belongs to one layer alone (the
/// rounding of its input or of its simulated result) is not among them.
std::set<Boundary> boundariesOf(const PreparedModel& model);

}  // namespace qs
