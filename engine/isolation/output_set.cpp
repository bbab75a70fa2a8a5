#include "isolation/output_set.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace qs {

namespace fs = std::filesystem;

namespace {

/// errno, or 0.
int writeAll(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        bytes.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
    }
    return 0;
}

}  // namespace

Error cannotWrite(const fs::path& path, int code) {
    std::string message = "cannot write " + path.string() + ": " + std::strerror(code);
    if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
        message += "; make room there or choose another folder";
    } else if (code == EACCES || code == EPERM || code == EROFS) {
        message += "; choose a folder that you may write to";
    }
    return failure(std::move(message));
}

Status OutputSet::write(const fs::path& path, std::string_view bytes, bool executable) {
    QS_ASSIGN(Descriptor file, create(path, executable));
    if (const int error = writeAll(file.get(), bytes); error != 0) {
        return cannotWrite(path, error);
    }
    written_.insert_or_assign(path, std::move(file));
    return {};
}

fs::path OutputSet::readable(const fs::path& path) const {
    const auto found = written_.find(path);
    return found == written_.end() ? path : fs::path("/proc/self/fd") / std::to_string(found->second.get());
}

Status OutputSet::commit() {
    return publish();
}

}  // namespace qs
