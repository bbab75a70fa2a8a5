#include "runtime/loops/softmax_loops.h"

#include <algorithm>

#include "runtime/loops/loop_parts.h"

namespace qs::runtime {

namespace {

constexpr int64_t kRows = 8;          // summed up side by side: one sum waits for its last addition
constexpr int64_t kWorthATable = 96;  // elements of a row

struct RowSums {
    uint8_t largest[kRows] = {};
    float sums[kRows] = {};
    float summands[kRows * kWorthATable];  ///< of rows that are shorter
};

/// Of up to kRows rows that begin at a.data.
QS_CLONES void sumPiece(IntegerSource a, const float* exponentials, int64_t rows, int64_t width,
                        RowSums* result) {
    const uint8_t* x[kRows];
    const float* tables[kRows];
    for (int64_t row = 0; row < kRows; ++row) {
        x[row] = a.data + std::min(row, rows - 1) * width;
        uint8_t largest = 0;
        for (int64_t i = 0; i < width; ++i) {
            largest = std::max(largest, static_cast<uint8_t>(x[row][i] ^ a.flip));
        }
        result->largest[row] = largest;
        tables[row] = exponentials + largest;
    }
    float sums[kRows] = {};
    if (width < kWorthATable) {
        for (int64_t i = 0; i < width; ++i) {
            for (int64_t row = 0; row < kRows; ++row) {
                const float summand = *(tables[row] - static_cast<uint8_t>(x[row][i] ^ a.flip));
                sums[row] += summand;
                result->summands[row * kWorthATable + i] = summand;
            }
        }
    } else {
        for (int64_t i = 0; i < width; ++i) {
            for (int64_t row = 0; row < kRows; ++row) {
                sums[row] += *(tables[row] - static_cast<uint8_t>(x[row][i] ^ a.flip));
            }
        }
    }
    std::copy_n(sums, kRows, result->sums);
}

QS_CLONES void dividePiece(const float* summands, float steps, float sum, IntegerTarget y, int64_t width) {
    for (int64_t i = 0; i < width; ++i) {
        y.data[i] = store(summands[i] * steps / sum, y);
    }
}

/// What becomes of each byte of a row, from `first` on; those below become what 0 does.
QS_CLONES void tabulatePiece(IntegerSource a, const float* exponentials, float steps, float sum,
                             int64_t first, int64_t largest, IntegerTarget y, uint8_t* table) {
    const uint8_t zero = store(0, y);
    std::fill_n(table, 256, zero);
    const float* below = exponentials + largest;
    for (int64_t q = first; q <= largest; ++q) {
        table[q] = store(*(below - q) * steps / sum, y);
    }
    if (a.flip != 0) {
        std::swap_ranges(table, table + 128, table + 128);
    }
}

}  // namespace

void softmaxRows(const IntegerSource& a, const FloatTable& exponentials, float steps, const IntegerTarget& y,
                 int64_t rows, int64_t width) {
    // Steps below the largest number of which something is left: a row's sum is no less than the first.
    const int64_t left = std::count_if(exponentials.begin(), exponentials.end(),
                                       [&](float e) { return e * steps >= exponentials[0] / 2; });
    const auto piece = [&](int64_t begin, int64_t end) {
        IntegerSource from = a;
        IntegerTarget to = y;
        RowSums sums;
        ByteTable table;
        for (int64_t row = begin; row < end; ++row) {
            from.data = a.data + row * width;
            to.data = y.data + row * width;
            const int64_t at = (row - begin) % kRows;
            if (at == 0) {
                sumPiece(from, exponentials.data(), std::min(kRows, end - row), width, &sums);
            }
            if (width < kWorthATable) {
                dividePiece(sums.summands + at * kWorthATable, steps, sums.sums[at], to, width);
                continue;
            }
            const int64_t largest = sums.largest[at];
            tabulatePiece(from, exponentials.data(), steps, sums.sums[at],
                          std::max<int64_t>(0, largest - left), largest, to, table.data());
            lookUp(from.data, table, to.data, width);
        }
    };
    forPieces(rows, rowGrain(width), piece);
}

}  // namespace qs::runtime
