#pragma once

#include "graph/quantized_graph.h"

namespace qs {

/// The same computation with every uint8 activation held as int8: q - 128 with a zero point 128 lower, which
/// stands for the same real number.
QuantizedGraph withSignedActivations(QuantizedGraph graph);

}  // namespace qs
