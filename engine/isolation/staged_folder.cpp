#include "isolation/staged_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>

#include "isolation/in_use.h"
#include "isolation/output_set.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

/// A path a line, relative to the folder.
constexpr const char* kList = ".quantoscope-files";

bool isEmptyOrAbsent(const fs::path& path) {
    std::error_code error;
    return !fs::exists(fs::symlink_status(path, error)) ||
           (fs::is_directory(path, error) && fs::is_empty(path, error));
}

/// Relative, and in the folder.
bool staysInside(const fs::path& path) {
    return !path.empty() && path.is_relative() && *path.lexically_normal().begin() != "..";
}

}  // namespace

std::optional<std::set<fs::path>> listedFiles(const fs::path& path) {
    std::ifstream list(path / kList);
    if (!list) {
        return std::nullopt;
    }
    std::set<fs::path> files{kList};
    for (std::string line; std::getline(list, line);) {
        if (staysInside(line)) {
            files.insert(fs::path(line).lexically_normal());
        }
    }
    return files;
}

Status checkFolder(const fs::path& path) {
    std::error_code error;
    if (isEmptyOrAbsent(path)) {
        return {};
    }
    if (!fs::is_directory(fs::symlink_status(path, error))) {
        return failure("cannot write " + path.string() + ": it is a file, and this target is a folder");
    }
    return listedFiles(path) ? Status()
                             : Status(failure("cannot write " + path.string() +
                                              ": the folder holds other things; choose another name"));
}

StagedFolder::~StagedFolder() {
    if (!temporary_.empty()) {
        std::error_code ignored;
        fs::remove_all(temporary_, ignored);
    }
}

Status StagedFolder::build(std::list<StagedFile>& files) {
    QS_TRY(checkFolder(path_));
    temporary_ = temporaryName(path_);
    if (::mkdir(temporary_.c_str(), 0777) != 0) {
        return cannotWrite(path_, errno);
    }
    lock_ = Descriptor(::open(temporary_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    markInUse(lock_.get());
    std::set<fs::path> written{kList};
    for (StagedFile& file : files) {
        QS_TRY(link(file));
        written.insert(file.path().lexically_relative(path_));
    }
    QS_TRY(keepOthers(written));
    return writeList(written);
}

Status StagedFolder::link(StagedFile& file) {
    const fs::path place = temporary_ / file.path().lexically_relative(path_);
    std::error_code error;
    fs::create_directories(place.parent_path(), error);
    if (error) {
        return cannotWrite(file.path(), error.value());
    }
    return file.link(place);
}

Status StagedFolder::keepOthers(const std::set<fs::path>& written) {
    std::error_code error;
    if (isEmptyOrAbsent(path_)) {
        return {};
    }
    const std::set<fs::path> ours = listedFiles(path_).value_or(std::set<fs::path>());
    for (auto entry = fs::recursive_directory_iterator(path_, error); !error && entry != fs::end(entry);
         entry.increment(error)) {
        const fs::path name = entry->path().lexically_relative(path_);
        if (entry->is_directory(error) && !entry->is_symlink(error)) {
            if (fs::is_empty(entry->path(), error)) {
                fs::create_directories(temporary_ / name, error);
            }
            continue;
        }
        if (ours.contains(name)) {
            continue;
        }
        if (written.contains(name)) {
            return failure("cannot write " + entry->path().string() +
                           ": no export wrote it; move it away, or choose another folder");
        }
        fs::create_directories((temporary_ / name).parent_path(), error);
        if (::linkat(AT_FDCWD, entry->path().c_str(), AT_FDCWD, (temporary_ / name).c_str(), 0) != 0) {
            return cannotWrite(entry->path(), errno);
        }
    }
    return error ? Status(cannotWrite(path_, error.value())) : Status();
}

Status StagedFolder::writeList(const std::set<fs::path>& written) {
    std::ofstream list(temporary_ / kList);
    for (const fs::path& name : written) {
        list << name.string() << '\n';
    }
    list.close();
    return list ? Status() : Status(cannotWrite(path_, errno));
}

Status StagedFolder::publish() {
    std::error_code ignored;
    replaced_ = !isEmptyOrAbsent(path_);
    const int error =
        replaced_ ? ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE)
                  : ::rename(temporary_.c_str(), path_.c_str());
    if (error != 0) {
        return cannotWrite(path_, errno);
    }
    published_ = true;
    if (!replaced_) {
        temporary_.clear();
    }
    return {};
}

void StagedFolder::undo() {
    if (!published_) {
        return;
    }
    published_ = false;
    std::error_code ignored;
    if (replaced_) {
        ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE);
    } else {
        fs::remove_all(path_, ignored);
    }
}

}  // namespace qs
