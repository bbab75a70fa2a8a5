#pragma once

#include <cstddef>
#include <optional>

namespace qs::test {

/// Resident memory that this process gains at most while the object lives: frees what the heap keeps, and
/// sets the kernel's high-water mark back. One object at a time.
class PeakMemory {
  public:
    PeakMemory();
    /// Bytes since construction; nothing where the kernel does not let the mark be set back.
    std::optional<size_t> gained() const;

  private:
    std::optional<size_t> before_;
};

}  // namespace qs::test
