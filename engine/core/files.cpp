#include "core/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/guard.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

fs::path folderOf(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Result<fs::path> makeTemporary(const fs::path& path) {
    const std::string extension = path.extension().string();
    std::string name = (folderOf(path) / ("." + path.stem().string() + ".XXXXXX" + extension)).string();
    const int descriptor = ::mkstemps(name.data(), static_cast<int>(extension.size()));
    if (descriptor < 0) {
        return failure("cannot write " + path.string() + ": " + std::strerror(errno));
    }
    ::close(descriptor);
    return fs::path(name);
}

}  // namespace

Status checkWritable(const fs::path& path) {
    std::error_code ignored;
    if (path.empty() || !path.has_filename()) {
        return failure("cannot write '" + path.string() + "': not a file name");
    }
    if (fs::is_directory(path, ignored)) {
        return failure("cannot write " + path.string() + ": it is a folder");
    }
    if (!fs::is_directory(folderOf(path), ignored)) {
        return failure("cannot write " + path.string() + ": the folder " + folderOf(path).string() +
                       " does not exist");
    }
    QS_ASSIGN(const fs::path temporary, makeTemporary(path));
    fs::remove(temporary, ignored);
    return {};
}

Status writeAtomically(const fs::path& path, const std::function<Status(const fs::path&)>& write) {
    QS_ASSIGN(const fs::path temporary, makeTemporary(path));
    Status written = guard("cannot write " + path.string(), [&] { return write(temporary); });
    std::error_code error;
    if (written) {
        // mkstemps creates 0600; an exported file gets the permissions that any new file would have.
        const mode_t mask = ::umask(0);
        ::umask(mask);
        fs::permissions(temporary, static_cast<fs::perms>(0666 & ~mask), error);
        fs::rename(temporary, path, error);
        if (!error) {
            return {};
        }
        written = failure("cannot write " + path.string() + ": " + error.message());
    }
    fs::remove(temporary, error);
    return written;
}

Result<std::string> readFile(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return failure("cannot read " + path.string() + ": " + std::strerror(errno));
    }
    std::ostringstream text;
    text << stream.rdbuf();
    return std::move(text).str();
}

}  // namespace qs
