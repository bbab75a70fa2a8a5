#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"
#include "isolation/descriptor.h"

namespace qs {

/// A file on its way to `path`: without a name where the file system can do that (O_TMPFILE), else under a
/// temporary one in the same folder. Removed with the object unless it was published.
class StagedFile {
  public:
    static Result<StagedFile> make(const std::filesystem::path& path, bool executable);
    StagedFile(StagedFile&&) noexcept = default;
    StagedFile& operator=(StagedFile&&) = delete;
    ~StagedFile();

    const std::filesystem::path& path() const { return path_; }
    int descriptor() const { return descriptor_.get(); }
    /// Another name on the same file system, in place of path().
    void moveTo(std::filesystem::path path) { path_ = std::move(path); }

    /// Its content is on the disk.
    Status sync() const;
    /// Gives it the name `to` on the same file system, which must be free.
    Status link(const std::filesystem::path& to);
    /// Gives it its name. Failure where another has it and `replace` is false.
    Status publish(bool replace);
    /// Takes publish() back: what was there before is there again.
    void undo();
    /// Lets go of what was there before.
    void settle();

  private:
    StagedFile(std::filesystem::path path, Descriptor descriptor, std::filesystem::path temporary)
        : path_(std::move(path)), descriptor_(std::move(descriptor)), temporary_(std::move(temporary)) {}

    Status takeOver();

    std::filesystem::path path_;
    Descriptor descriptor_;
    std::filesystem::path temporary_;  ///< name of the file, or after publish() of what it replaced
    bool published_ = false;
    bool isFinal_ = false;  ///< what was there before is gone
};

/// A new name in the folder of `path` for what is there for a moment: short, whatever the path's own name.
std::filesystem::path temporaryName(const std::filesystem::path& path);

/// Removes from `folder` what has a temporaryName() and whose process has ended.
void sweepTemporaries(const std::filesystem::path& folder);

/// The folder that `path` lies in: "." where it names none.
std::filesystem::path folderOf(const std::filesystem::path& path);

}  // namespace qs
