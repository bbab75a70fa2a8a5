#pragma once

#include <ATen/core/Tensor.h>

#include <dnnl.hpp>
#include <vector>

#include "graph/graph.h"

namespace qs::onednn {

/// Order of elements in memory, dense in both cases. ChannelsLast (N, H, W, C) exists for four extents only.
enum class Layout { Contiguous, ChannelsLast };

/// Memory of a plan: a place in its arena, or a tensor that the caller lends for one run.
struct Buffer {
    size_t bytes = 0;
    int first = 0;      ///< position of the node that writes it
    int last = 0;       ///< position of the last node that reads it
    int external = -1;  ///< index of the plan input that lends the memory; negative: in the arena
    void* data = nullptr;
    std::vector<dnnl::memory> views;  ///< oneDNN's handles onto it, kept pointing at `data`

    void bind(void* memory);
};

/// An activation while a plan runs: float32, uint8 or int8 elements, within a node bfloat16 ones too; extents
/// always named N, C, H, W.
struct Operand {
    Buffer* buffer = nullptr;
    Shape shape;
    at::ScalarType type = at::kFloat;
    Layout layout = Layout::Contiguous;

    int64_t count() const;
    size_t bytes() const;
    /// Counted from the front; throws std::out_of_range.
    size_t axis(int64_t dim) const;
    /// Elements from axis `dim` inwards, as they lie in memory: what one step along the axes outside of it
    /// passes over.
    int64_t innerCount(size_t dim) const;
    /// Elements from one index to the next, by axis.
    std::vector<int64_t> strides() const;
    dnnl::memory::desc desc() const;
    /// A view of the buffer as it is bound now.
    at::Tensor tensor() const;
    /// oneDNN's handle, with the operand's own descriptor or another one of the same size.
    dnnl::memory memory() const { return memory(desc()); }
    dnnl::memory memory(const dnnl::memory::desc& desc) const;
};

/// The processor, oneDNN's only engine here.
dnnl::engine& cpuEngine();

/// Whether a plan keeps tensors of this type in its arena.
bool isArenaType(at::ScalarType type);
dnnl::memory::data_type dnnlType(at::ScalarType type);

/// Whether both layouts put the elements of this shape in the same order.
bool sameOrder(const Shape& shape, Layout a, Layout b);

}  // namespace qs::onednn
