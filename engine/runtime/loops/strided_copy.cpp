#include "runtime/loops/strided_copy.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "runtime/loops/loop_parts.h"

namespace qs::runtime {

namespace {

constexpr int64_t kTileElements = 4096;
constexpr int64_t kTileSide = 64;
constexpr size_t kRegister = 16;  // bytes, as every x86-64 and ARMv8 has them

#if defined(__GNUC__)

template <typename T>
struct Block {
    static constexpr size_t kSide = kRegister / sizeof(T);
    typedef T Vector __attribute__((vector_size(kRegister)));

    template <size_t Half, size_t... I>
    static Vector interleaved(Vector a, Vector b, std::index_sequence<I...>) {
        return __builtin_shufflevector(a, b, static_cast<int>(Half * kSide / 2 + I / 2 + I % 2 * kSide)...);
    }

    /// y[i][j] = x[j][i] of kSide x kSide elements: each pass interleaves the upper half of the rows with the
    /// lower one; after log2(kSide) of them rows have become columns.
    static void transpose(const T* x, int64_t xPitch, T* y, int64_t yPitch) {
        constexpr auto kElements = std::make_index_sequence<kSide>();
        Vector rows[kSide], next[kSide];
        for (size_t j = 0; j < kSide; ++j) {
            std::memcpy(&rows[j], x + static_cast<int64_t>(j) * xPitch, kRegister);
        }
        for (size_t pass = 1; pass < kSide; pass *= 2) {
            for (size_t k = 0; k < kSide / 2; ++k) {
                next[2 * k] = interleaved<0>(rows[k], rows[k + kSide / 2], kElements);
                next[2 * k + 1] = interleaved<1>(rows[k], rows[k + kSide / 2], kElements);
            }
            std::copy(next, next + kSide, rows);
        }
        for (size_t i = 0; i < kSide; ++i) {
            std::memcpy(y + static_cast<int64_t>(i) * yPitch, &rows[i], kRegister);
        }
    }
};

#else

template <typename T>
struct Block {
    static constexpr size_t kSide = kRegister / sizeof(T);

    static void transpose(const T* x, int64_t xPitch, T* y, int64_t yPitch) {
        for (size_t i = 0; i < kSide; ++i) {
            for (size_t j = 0; j < kSide; ++j) {
                y[static_cast<int64_t>(i) * yPitch + static_cast<int64_t>(j)] =
                    x[static_cast<int64_t>(j) * xPitch + static_cast<int64_t>(i)];
            }
        }
    }
};

#endif

/// Of `width` rows into pixels of as many channels.
template <int64_t Width, typename T>
void interleave(const T* x, int64_t xPitch, T* y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        for (int64_t j = 0; j < Width; ++j) {
            y[i * Width + j] = x[j * xPitch + i];
        }
    }
}

/// The other way round.
template <int64_t Width, typename T>
void separate(const T* x, T* y, int64_t yPitch, int64_t count) {
    for (int64_t j = 0; j < count; ++j) {
        for (int64_t i = 0; i < Width; ++i) {
            y[i * yPitch + j] = x[j * Width + i];
        }
    }
}

}  // namespace

StridedCopy::StridedCopy(std::span<const int64_t> shape, std::span<const int64_t> from,
                         std::span<const int64_t> to, size_t size)
    : size_(size) {
    std::vector<Axis> axes;
    for (size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] != 1) {
            axes.push_back({shape[i], from[i], to[i]});
        }
    }
    std::ranges::stable_sort(axes, std::ranges::greater(), &Axis::to);
    for (const Axis& axis : axes) {
        Axis* last = outer_.empty() ? nullptr : &outer_.back();
        if (last && last->from == axis.from * axis.extent && last->to == axis.to * axis.extent) {
            *last = {last->extent * axis.extent, axis.from, axis.to};
        } else {
            outer_.push_back(axis);
        }
    }
    if (outer_.empty()) {
        return;
    }
    along_ = outer_.back();
    outer_.pop_back();
    if (along_.from != 1 && !outer_.empty()) {
        const auto innermost = std::ranges::min_element(outer_, {}, &Axis::from);
        across_ = *innermost;
        outer_.erase(innermost);
    }
}

template <typename T>
void StridedCopy::copyTile(const T* x, T* y, int64_t across, int64_t along) const {
    if (along_.from == 1 && along_.to == 1) {
        for (int64_t i = 0; i < across; ++i) {
            std::memcpy(y + i * across_.to, x + i * across_.from, static_cast<size_t>(along) * sizeof(T));
        }
        return;
    }
    constexpr auto kSide = static_cast<int64_t>(Block<T>::kSide);
    int64_t done = 0;  // of `across`, as far as `blocks` of `along` go
    const int64_t blocks = along / kSide * kSide;
    if (across_.from == 1 && along_.to == 1) {
        if (across_.to == 3 && along == 3) {
            return interleave<3>(x, along_.from, y, across);
        }
        if (along_.from == 3 && across == 3) {
            return separate<3>(x, y, across_.to, along);
        }
        for (; done + kSide <= across && blocks > 0; done += kSide) {
            for (int64_t j = 0; j < blocks; j += kSide) {
                Block<T>::transpose(x + j * along_.from + done, along_.from, y + done * across_.to + j,
                                    across_.to);
            }
        }
    }
    for (int64_t i = 0; i < across; ++i) {
        for (int64_t j = i < done ? blocks : 0; j < along; ++j) {
            y[i * across_.to + j * along_.to] = x[i * across_.from + j * along_.from];
        }
    }
}

template <typename T>
void StridedCopy::runOf(const T* x, T* y) const {
    const int64_t width = std::min(along_.extent, std::max(kTileSide, kTileElements / across_.extent));
    const int64_t height = std::min(across_.extent, std::max(kTileSide, kTileElements / width));
    const int64_t columns = (along_.extent + width - 1) / width;
    const int64_t rows = (across_.extent + height - 1) / height;
    int64_t tiles = columns * rows;
    for (const Axis& axis : outer_) {
        tiles *= axis.extent;
    }
    forPieces(tiles, std::max<int64_t>(1, kGrain / (width * height)), [&](int64_t begin, int64_t end) {
        for (int64_t tile = begin; tile < end; ++tile) {
            int64_t rest = tile / columns;
            const int64_t column = tile % columns * width, row = rest % rows * height;
            rest /= rows;
            int64_t from = column * along_.from + row * across_.from;
            int64_t to = column * along_.to + row * across_.to;
            for (auto axis = outer_.rbegin(); axis != outer_.rend(); ++axis) {
                from += rest % axis->extent * axis->from;
                to += rest % axis->extent * axis->to;
                rest /= axis->extent;
            }
            copyTile(x + from, y + to, std::min(height, across_.extent - row),
                     std::min(width, along_.extent - column));
        }
    });
}

void StridedCopy::run(const void* x, void* y) const {
    const auto isEmpty = [](const Axis& axis) { return axis.extent == 0; };
    if (isEmpty(along_) || isEmpty(across_) || std::ranges::any_of(outer_, isEmpty)) {
        return;
    }
    switch (size_) {
        case 1:
            return runOf(static_cast<const uint8_t*>(x), static_cast<uint8_t*>(y));
        case 2:
            return runOf(static_cast<const uint16_t*>(x), static_cast<uint16_t*>(y));
        case 4:
            return runOf(static_cast<const uint32_t*>(x), static_cast<uint32_t*>(y));
        default:
            return runOf(static_cast<const uint64_t*>(x), static_cast<uint64_t*>(y));
    }
}

}  // namespace qs::runtime
