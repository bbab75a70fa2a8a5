#pragma once

#include "core/result.h"
#include "exporters/exporter.h"
#include "graph/quantized_graph.h"
#include "protocol/messages/data.h"

namespace qs {

/// The network with its preprocessing in front: its image input, float32 in the layout of `preprocessing`,
/// becomes N x C x H x W pixels 0..255 in RGB order. Float steps, whose layers are called "preprocessing.*",
/// make of them what the network took before: channels in the wanted order, then x * scale / std - mean /
/// std, then the wanted layout. Resizing and cropping stay outside.
///
/// Every field of `preprocessing` is set. Failure where the network has not exactly one image input of that
/// many channels.
Result<QuantizedGraph> withPreprocessing(QuantizedGraph graph, const protocol::Preprocessing& preprocessing);

/// What a target writes: a network, and the options as they hold for it.
struct ExportSource {
    QuantizedGraph graph;
    ExportOptions options;
};

/// The network and the options as they are or, where they ask for preprocessing inside, with it: shapes and
/// example are then those of the pixels. Usage error where nobody knows the preprocessing.
Result<ExportSource> exportSource(QuantizedGraph graph, ExportOptions options);

}  // namespace qs
