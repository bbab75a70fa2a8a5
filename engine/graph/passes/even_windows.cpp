#include "graph/passes/even_windows.h"

namespace qs {

std::optional<EvenWindows> evenWindows(const PoolAxis& axis) {
    const int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
    const int64_t room = axis.extent + axis.before + axis.after - reach;
    if (room < 0 || axis.before < 0 || axis.after < 0) {
        return std::nullopt;
    }
    const int64_t count = room / axis.stride + 1;
    const bool isFilled = (count - 1) * axis.stride - axis.before < axis.extent;
    for (const int64_t padding : {axis.before, axis.after}) {
        const int64_t shift = padding - axis.before, rest = axis.extent + 2 * padding - reach;
        if (!isFilled || shift < 0 || shift % axis.stride != 0 || padding > axis.kernel / 2 || rest < 0) {
            continue;
        }
        int64_t all = (rest + axis.stride - 1) / axis.stride + 1;
        all -= (all - 1) * axis.stride >= axis.extent + padding ? 1 : 0;
        const int64_t first = shift / axis.stride;
        if (first + count <= all) {
            return EvenWindows{padding, first, count, all};
        }
    }
    return std::nullopt;
}

}  // namespace qs
