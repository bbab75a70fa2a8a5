#pragma once

#include <string>
#include <vector>

#include "exporters/preprocessing.h"

namespace qs {

/// Command lines that build a TensorRT engine from the written file: with its own Q/DQ or, where there is a
/// calibration cache, from a float export of the same network with that.
std::vector<std::string> trtexecCommands(const ExportSource& source, const std::string& fileName,
                                         const std::string& cache);

}  // namespace qs
