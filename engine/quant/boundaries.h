#pragma once

#include <set>

#include "quant/ptq.h"

namespace qs {

/// A change between integers and floats that a prepared model needs for one of its values.
struct Boundary {
    ValueId value;  ///< of the float graph
    bool quantizes = false;
    bool operator<(const Boundary& other) const {
        return value.index != other.value.index ? value.index < other.value.index
                                                : quantizes < other.quantizes;
    }
};

/// Those that convert() places, known without converting.
std::set<Boundary> boundariesOf(const PreparedModel& model);

}  // namespace qs
