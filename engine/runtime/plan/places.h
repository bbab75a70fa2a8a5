#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "graph/quantized_graph.h"
#include "runtime/plan/plan.h"

namespace qs::runtime {

/// Where a value is written so that a concatenation finds it there: in the buffer of the concatenation that
/// reads it, or of the one that this one is itself a part of.
struct Place {
    size_t buffer = 0;  ///< index into Places::bytes
    size_t offset = 0;  ///< bytes from its beginning
    Shape shape;
    Layout layout = Layout::Contiguous;
    int64_t rowStride = 0;  ///< as Operand's: 0 where the part is one piece
};

/// Inputs of a concatenation, `count` from `first` on, that an earlier concatenation has put side by side.
struct Run {
    size_t first = 0;
    size_t count = 0;
    ValueId value;  ///< that one's result
};

/// The concatenations of a plan that are made in place.
struct Places {
    std::vector<size_t> bytes;  ///< of the buffers
    std::map<ValueId, Place> values;
    std::map<ValueId, std::vector<Run>> runs;  ///< by the later concatenation's result
    bool empty() const { return bytes.empty(); }
    /// What fills a concatenation's result: its inputs, or for several of them what holds these already.
    std::vector<ValueId> partsOf(const QNode& node) const;
};

/// Puts an operand with a buffer of its own where `place` says, if the elements then lie as it has them.
/// `shared`: by Place::buffer. `rows`: whether space between its rows will do.
void takePlace(Operand& operand, const Place& place, const std::vector<Buffer*>& shared, bool rows);

/// What kernels did with the values of a plan.
struct Accesses {
    std::set<ValueId> denseReads;  ///< by at least one kernel that reads dense memory only
    std::set<ValueId> rowWrites;   ///< by a kernel that can leave space between rows
};

/// Places for the parts of concatenations, from a plan of `nodes` that copies every part. A part has one
/// where it has the result's qparams and layout and
///  - nothing lies outside of the concatenated axis (batch 1, say), so that the part is one piece, or
///  - the axis is the innermost one in memory (channels of N, H, W, C), its kernel can leave the space for
///  the
///    other parts between its rows, and all readers can pass over it.
Places placesOf(const QuantizedGraph& graph, std::span<const size_t> nodes,
                const std::vector<PlanValue>& values, const Accesses& accesses);

}  // namespace qs::runtime
