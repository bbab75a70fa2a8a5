#include "quant/ranges/range_choice.h"

namespace qs {

int64_t levelsOf(const TensorQConfig& grid) {
    if (!infoOf(grid.dtype).isInteger) {
        return 0;
    }
    const int64_t integers = grid.quantMax - grid.quantMin + 1;
    const bool isByte = grid.dtype == DType::UInt8 || grid.dtype == DType::Int8;
    return isByte && integers >= 128 ? 256 : integers;
}

}  // namespace qs
