#pragma once

#include <filesystem>
#include <list>
#include <optional>
#include <set>

#include "core/result.h"
#include "isolation/staged_file.h"

namespace qs {

/// Files of the folder `path` that an export wrote, by the list that it left there; nothing where there is
/// none.
std::optional<std::set<std::filesystem::path>> listedFiles(const std::filesystem::path& path);

/// Whether the folder can become an export: absent, empty, or an export itself.
Status checkFolder(const std::filesystem::path& path);

/// A folder of `files`, made beside its place and then put there as a whole. What else lies in a folder that
/// is replaced, because a person put it there, comes along under its own name.
class StagedFolder {
  public:
    explicit StagedFolder(std::filesystem::path path) : path_(std::move(path)) {}
    StagedFolder(StagedFolder&& other) noexcept
        : path_(std::move(other.path_)),
          temporary_(std::exchange(other.temporary_, {})),
          lock_(std::move(other.lock_)),
          published_(other.published_) {}
    StagedFolder& operator=(StagedFolder&&) = delete;
    ~StagedFolder();

    const std::filesystem::path& path() const { return path_; }
    /// Builds it from `files`, whose paths lie in it. Failure where one has the name of something that no
    /// export wrote.
    Status build(std::list<StagedFile>& files);
    Status publish();
    void undo();

  private:
    Status keepOthers(const std::set<std::filesystem::path>& written);
    Status link(StagedFile& file);
    Status writeList(const std::set<std::filesystem::path>& written);

    std::filesystem::path path_;
    std::filesystem::path temporary_;  ///< the new folder, or after publish() the old one
    Descriptor lock_;
    bool published_ = false;
    bool replaced_ = false;
};

}  // namespace qs
