#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "core/result.h"
#include "isolation/descriptor.h"

namespace qs {

/// A folder of its own under the system's temporary folder, gone with the object. One that a killed process
/// left behind is gone with the next sweep().
class TemporaryFolder {
  public:
    static Result<std::unique_ptr<TemporaryFolder>> make();
    /// Removes those whose processes have ended.
    static void sweep();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    TemporaryFolder(std::filesystem::path path, Descriptor lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}
    std::filesystem::path path_;
    Descriptor lock_;  ///< says that its process lives
};

}  // namespace qs
