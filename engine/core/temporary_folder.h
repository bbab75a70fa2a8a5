#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "core/result.h"

namespace qs {

/// A folder of its own under the system's temporary folder, gone with the object.
class TemporaryFolder {
  public:
    static Result<std::unique_ptr<TemporaryFolder>> make();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace qs
