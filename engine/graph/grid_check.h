#pragma once

#include <string>

#include "graph/qparams.h"

namespace qs {

/// What keeps kernels and files from taking the grid ("its scale is inf"); empty where nothing does. The
/// dtype is an 8-bit integer; `quantMin` < `quantMax` lie in its range and every zero point between them;
/// scales are positive and normal as float32; there is one of both, or one each a channel of `axis`.
std::string gridProblem(const QParams& grid);

}  // namespace qs
