#pragma once

#include <cstdint>
#include <optional>

namespace qs {

/// A pool's window along one axis of `extent` elements, padded by `before` and `after`.
struct PoolAxis {
    int64_t extent = 0;
    int64_t kernel = 1;
    int64_t stride = 1;
    int64_t dilation = 1;
    int64_t before = 0;
    int64_t after = 0;
};

/// The same windows as some of those of a pool in ceil mode with equal `padding` at both ends, whose padding
/// takes no part in the result: `count` of them from the one with the index `first`, of `all`.
struct EvenWindows {
    int64_t padding = 0;
    int64_t first = 0;
    int64_t count = 0;
    int64_t all = 0;
};

/// Nothing where there is none each of whose windows holds an element, as LibTorch's pools want it.
std::optional<EvenWindows> evenWindows(const PoolAxis& axis);

}  // namespace qs
