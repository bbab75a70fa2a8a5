#pragma once

#include <span>

#include "core/job.h"
#include "graph/graph.h"
#include "importers/importer.h"

namespace qs {

class OnnxModel;

/// Executes the model's nodes in order on a Tracer with inputs of these shapes and types, at any batch.
/// Throws ImportError, naming the node, for what cannot be imported, and TraceCancelled.
Graph traceOnnx(OnnxModel& model, std::span<const InputSpec> inputs, const Job& job);

}  // namespace qs
