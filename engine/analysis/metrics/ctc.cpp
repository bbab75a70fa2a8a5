#include "analysis/metrics/ctc.h"

namespace qs {

std::vector<int64_t> collapseCtc(std::span<const int64_t> path, int64_t blank) {
    std::vector<int64_t> sequence;
    for (size_t i = 0; i < path.size(); ++i) {
        if (path[i] != blank && (i == 0 || path[i] != path[i - 1])) {
            sequence.push_back(path[i]);
        }
    }
    return sequence;
}

}  // namespace qs
