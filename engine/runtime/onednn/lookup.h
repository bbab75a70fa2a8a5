#pragma once

#include <functional>

#include "runtime/onednn/kernel.h"
#include "runtime/onednn/loops.h"

namespace qs::onednn {

/// A function of one 8-bit number: a table of its 256 results as the simulation computes them, so that both
/// agree exactly. Refuses floats and further inputs.
Result<std::string> lowerLookup(NodeBuilder& b);

/// The table of a loop over `count` bytes.
ByteTable tableOf(const std::function<void(const uint8_t* x, uint8_t* y, int64_t count)>& loop);
/// A step that looks up each byte of input 0.
Result<std::string> addTable(NodeBuilder& b, const ByteTable& table);

}  // namespace qs::onednn
