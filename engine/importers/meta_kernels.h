#pragma once

namespace qs {

/// Registers the meta kernels (shape and type without data) that LibTorch 1.13 has only in Python or not at
/// all, for those operators that networks use most. Newer versions have their own, which stay. Once a
/// process.
void addMissingMetaKernels();

}  // namespace qs
