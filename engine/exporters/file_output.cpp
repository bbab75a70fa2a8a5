#include "exporters/file_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "core/files.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

Error cannotWrite(const fs::path& path, int code) {
    std::string message = "cannot write " + path.string() + ": " + std::strerror(code);
    if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
        message += "; make room there or choose another folder";
    } else if (code == EACCES || code == EPERM || code == EROFS) {
        message += "; choose a folder that you may write to";
    }
    return failure(std::move(message));
}

/// Permissions that the process gives to new files.
mode_t newFileMode(bool executable) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return static_cast<mode_t>((executable ? 0777 : 0666) & ~mask);
}

/// All of `bytes` to a descriptor; errno, or 0.
int writeAll(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        bytes.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
    }
    return ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
}

/// Writes and closes; `path` is what a person knows the file as.
Status fill(int descriptor, const ExportedFile& file, const fs::path& path) {
    if (descriptor < 0) {
        return cannotWrite(path, errno);
    }
    int error = writeAll(descriptor, file.bytes);
    if (error == 0 && ::fchmod(descriptor, newFileMode(file.executable)) != 0) {
        error = errno;
    }
    if (::close(descriptor) != 0 && error == 0) {
        error = errno;
    }
    return error == 0 ? Status() : Status(cannotWrite(path, error));
}

/// Files that are not yet what they will be; removed unless they were renamed.
class Temporaries {
  public:
    ~Temporaries() {
        std::error_code ignored;
        for (const fs::path& path : paths_) {
            fs::remove_all(path, ignored);
        }
    }
    Temporaries() = default;
    Temporaries(const Temporaries&) = delete;
    Temporaries& operator=(const Temporaries&) = delete;

    Status addFile(const fs::path& path, const ExportedFile& file) {
        std::string name = pattern(path);
        const int descriptor = ::mkstemp(name.data());
        if (descriptor >= 0) {
            paths_.emplace_back(name);
        }
        return fill(descriptor, file, path);
    }
    Result<fs::path> addFolder(const fs::path& path) {
        std::string name = pattern(path);
        if (::mkdtemp(name.data()) == nullptr) {
            return cannotWrite(path, errno);
        }
        paths_.emplace_back(name);
        return fs::path(name);
    }
    const fs::path& operator[](size_t i) const { return paths_.at(i); }

  private:
    static std::string pattern(const fs::path& path) {
        return (path.parent_path() / ("." + path.filename().string() + ".XXXXXX")).string();
    }
    std::vector<fs::path> paths_;
};

/// Exchanges two folders, so that there is always one at each place.
Status exchange(const fs::path& a, const fs::path& b) {
    return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0
               ? Status()
               : Status(cannotWrite(b, errno));
}

fs::path wholePath(const fs::path& path) {
    const fs::path whole = fs::absolute(path).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace

Status writeFiles(const fs::path& folder, const std::vector<ExportedFile>& files) {
    const fs::path base = wholePath(folder.empty() ? "." : folder);
    Temporaries temporaries;
    for (const ExportedFile& file : files) {
        QS_TRY(temporaries.addFile(base / file.name, file));
    }
    for (size_t i = files.size(); i-- > 0;) {
        std::error_code error;
        fs::rename(temporaries[i], base / files[i].name, error);
        if (error) {
            return cannotWrite(base / files[i].name, error.value());
        }
    }
    return {};
}

Status writeFolder(const fs::path& path, const std::vector<ExportedFile>& files) {
    const fs::path target = wholePath(path);
    Temporaries temporaries;
    QS_ASSIGN(const fs::path folder, temporaries.addFolder(target));
    for (const ExportedFile& file : files) {
        std::error_code error;
        fs::create_directories((folder / file.name).parent_path(), error);
        if (error) {
            return cannotWrite(target / file.name, error.value());
        }
        const int descriptor = ::open((folder / file.name).c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
        QS_TRY(fill(descriptor, file, target / file.name));
    }
    if (::chmod(folder.c_str(), newFileMode(/*executable=*/true)) != 0) {
        return cannotWrite(target, errno);
    }
    std::error_code error;
    if (fs::exists(target, error)) {
        return exchange(folder, target);
    }
    fs::rename(folder, target, error);
    return error ? Status(cannotWrite(target, error.value())) : Status();
}

}  // namespace qs
