#pragma once

#include "graph/quantized_graph.h"
#include "protocol/messages/variant.h"
#include "runtime/executor.h"
#include "runtime/machine_peaks.h"

namespace qs {

/// A network and what was measured on it.
struct ProfiledNetwork {
    const QuantizedGraph& graph;
    const Profile& profile;
};

/// Writes times, spread, implementations and the position on the roofline into `result.layers` (whose names
/// and MACs a sample stand there already; matched by name, so that what is fused into a layer counts with
/// it), the boundaries and the summary. `batch`: samples in the measured input. The FP32 network's changes of
/// layout count with the layer that wants them, as it would want them in the variant too.
void writeLayerProfile(const ProfiledNetwork& fp32, const ProfiledNetwork& variant, const MachinePeaks& peaks,
                       int64_t batch, protocol::VariantResult& result);

}  // namespace qs
