#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "graph/quantized_graph.h"

namespace qs::runtime {

/// Order of elements in memory. ChannelsLast is N, H, W, C for images and N, D, H, W, C for volumes.
enum class Layout { Contiguous, ChannelsLast };

/// Whether a tensor of this shape can lie channels last: N, C and two or three spatial axes.
bool hasChannelsLast(const Shape& shape);
/// The axes of a tensor of `rank` from the outermost to the innermost in memory.
std::vector<size_t> memoryOrder(size_t rank, Layout layout);
/// Product of the extents behind N and C.
int64_t pixelsOf(const Shape& shape);

/// Memory of a plan: a place in its arena, or a tensor that the caller lends for one run.
struct Buffer {
    size_t bytes = 0;
    int first = 0;            ///< position of the node that writes it
    int last = 0;             ///< position of the last node that reads it
    int external = -1;        ///< index of the plan input that lends the memory; negative: in the arena
    Buffer* whole = nullptr;  ///< the buffer that this one is a part of
    size_t offset = 0;        ///< bytes from its beginning
    void* data = nullptr;
    std::vector<std::function<void(void*)>>
        followers;  ///< told `data` whenever it changes: a library's handles

    void bind(void* memory);
    /// The buffer with a place of its own.
    const Buffer* root() const { return whole ? whole : this; }
    Buffer* root() { return whole ? whole : this; }
};

/// An activation while a plan runs: float32, uint8 or int8 elements, within a node bfloat16 ones too; extents
/// always named N, C, (D,) H, W. Dense, but for those that lie among the other parts of a concatenation:
/// theirs are rows (what lies side by side along the innermost axis in memory) with the others' between them.
struct Operand {
    Buffer* buffer = nullptr;
    Shape shape;
    at::ScalarType type = at::kFloat;
    Layout layout = Layout::Contiguous;
    int64_t rowStride = 0;  ///< elements from the beginning of one row to that of the next; 0: dense

    int64_t count() const;
    /// Of its elements, without what lies between.
    size_t bytes() const;
    bool isDense() const { return rowStride == 0; }
    size_t innermostAxis() const;
    /// Elements of a row; 1 where there are no axes.
    int64_t rowWidth() const;
    int64_t rowCount() const;
    /// Elements from row to row.
    int64_t pitch() const { return isDense() ? rowWidth() : rowStride; }
    /// Counted from the front; throws std::out_of_range.
    size_t axis(int64_t dim) const;
    /// Elements from axis `dim` inwards, as they lie in dense memory: what one step along the axes outside of
    /// it passes over.
    int64_t innerCount(size_t dim) const;
    /// Elements from one index to the next, by axis.
    std::vector<int64_t> strides() const;
    /// A view of the buffer as it is bound now.
    at::Tensor tensor() const;
};

/// What integers on the grid `qparams` are kept in.
inline at::ScalarType byteType(const QParams& qparams) {
    return infoOf(qparams.dtype).isSigned ? at::kChar : at::kByte;
}

/// Whether a plan keeps tensors of this type in its arena.
bool isArenaType(at::ScalarType type);

/// Whether both layouts put the elements of this shape in the same order.
bool sameOrder(const Shape& shape, Layout a, Layout b);

}  // namespace qs::runtime
