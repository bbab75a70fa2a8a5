#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// Greedy CTC decoding (Graves et al. 2006, best path): equal neighbours collapse into one, then blanks go.
std::vector<int64_t> collapseCtc(std::span<const int64_t> path, int64_t blank);

}  // namespace qs
