#include "isolation/staged_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <random>
#include <string_view>

#include "isolation/in_use.h"
#include "isolation/output_set.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = ".qscope.";
constexpr size_t kRandom = 12;
constexpr int kTries = 100;

std::string proc(int descriptor) {
    return "/proc/self/fd/" + std::to_string(descriptor);
}

bool isTemporaryName(const std::string& name) {
    return name.size() == kPrefix.size() + kRandom && name.starts_with(kPrefix) &&
           name.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string::npos;
}

}  // namespace

fs::path folderOf(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

fs::path temporaryName(const fs::path& path) {
    std::random_device random;
    std::string name(kPrefix);
    for (size_t i = 0; i < kRandom; ++i) {
        name += "0123456789abcdef"[random() % 16];
    }
    return folderOf(path) / name;
}

void sweepTemporaries(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::end(entry);
         entry.increment(error)) {
        if (isTemporaryName(entry->path().filename().string()) && isAbandoned(entry->path())) {
            std::error_code ignored;
            fs::remove_all(entry->path(), ignored);
        }
    }
}

Result<StagedFile> StagedFile::make(const fs::path& path, bool executable) {
    const mode_t mode = executable ? 0777 : 0666;  // less the process's mask
    Descriptor nameless(::open(folderOf(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
    if (nameless) {
        markInUse(nameless.get());
        return StagedFile(path, std::move(nameless), {});
    }
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) {
        return cannotWrite(path, errno);
    }
    for (int i = 0; i < kTries; ++i) {
        fs::path name = temporaryName(path);
        Descriptor named(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
        if (named) {
            markInUse(named.get());
            return StagedFile(path, std::move(named), std::move(name));
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return cannotWrite(path, errno);
}

StagedFile::~StagedFile() {
    if (descriptor_ && !temporary_.empty()) {
        ::unlink(temporary_.c_str());
    }
}

Status StagedFile::sync() const {
    return ::fsync(descriptor_.get()) == 0 || errno == EINVAL ? Status() : Status(cannotWrite(path_, errno));
}

Status StagedFile::link(const fs::path& to) {
    const int error =
        temporary_.empty()
            ? ::linkat(AT_FDCWD, proc(descriptor_.get()).c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW)
            : ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
    if (error != 0) {
        return cannotWrite(to, errno);
    }
    temporary_.clear();
    return {};
}

Status StagedFile::publish(bool replace) {
    struct stat old = {};
    const bool isFree = ::lstat(path_.c_str(), &old) != 0;
    if (!isFree && !S_ISREG(old.st_mode) && !S_ISLNK(old.st_mode)) {
        return cannotWrite(path_, S_ISDIR(old.st_mode) ? EISDIR : EEXIST);
    }
    QS_TRY(isFree || !replace ? link(path_) : takeOver());
    published_ = true;
    return {};
}

/// Exchanges names with what is there, so that there is always one of both.
Status StagedFile::takeOver() {
    if (temporary_.empty()) {
        const fs::path name = temporaryName(path_);
        QS_TRY(link(name));
        temporary_ = name;
    }
    if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) == 0) {
        return {};
    }
    if (errno != EINVAL && errno != ENOSYS && errno != ENOENT) {
        return cannotWrite(path_, errno);
    }
    // A file system that cannot exchange: the old one goes at once.
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
        return cannotWrite(path_, errno);
    }
    temporary_.clear();
    isFinal_ = true;
    return {};
}

void StagedFile::undo() {
    if (!published_ || isFinal_) {
        return;
    }
    published_ = false;
    if (temporary_.empty()) {
        ::unlink(path_.c_str());
    } else {
        ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE);
        settle();
    }
}

void StagedFile::settle() {
    if (!temporary_.empty()) {
        ::unlink(temporary_.c_str());
        temporary_.clear();
    }
}

}  // namespace qs
