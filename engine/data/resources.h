#pragma once

#include <filesystem>
#include <optional>

namespace qs {

/// The folder of the bundled sample models and data: $QSCOPE_RESOURCES/samples if that is set, else beside
/// the running program as installed (../share/quantoscope/samples) or in its build tree
/// (../../../resources/samples). Nothing where none of these exists.
std::optional<std::filesystem::path> samplesFolder();

}  // namespace qs
