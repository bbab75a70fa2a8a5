#pragma once

#include "core/result.h"
#include "graph/quantized_graph.h"

namespace qs {

/// The same computation with every integer activation held as uint8, the only type that TorchScript's
/// quantized kernels take: signed integers become q + 128 with a zero point 128 higher, which stands for the
/// same real number; narrow ones keep their range. Failure that names the value's layer where its range is
/// wider than 8 bits.
Result<QuantizedGraph> withByteActivations(QuantizedGraph graph);

}  // namespace qs
