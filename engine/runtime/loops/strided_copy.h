#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace qs::runtime {

/// A tensor copied from one order of its axes in memory to another: a change of layout, a permutation.
class StridedCopy {
  public:
    /// `from` and `to`: elements of `size` bytes (1, 2, 4 or 8) from one index to the next, by axis of
    /// `shape`. No two elements of the target may share a place.
    StridedCopy(std::span<const int64_t> shape, std::span<const int64_t> from, std::span<const int64_t> to,
                size_t size);

    /// Split over OpenMP's threads where there is enough to do.
    void run(const void* x, void* y) const;

  private:
    struct Axis {
        int64_t extent = 1;
        int64_t from = 0;
        int64_t to = 0;
    };

    template <typename T>
    void runOf(const T* x, T* y) const;
    template <typename T>
    void copyTile(const T* x, T* y, int64_t across, int64_t along) const;

    size_t size_;
    std::vector<Axis> outer_;
    // A matrix: the axis that is innermost in the target, and the one that is in the source.
    Axis along_;
    Axis across_;
};

}  // namespace qs::runtime
