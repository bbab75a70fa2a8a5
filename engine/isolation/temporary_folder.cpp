#include "isolation/temporary_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace qs {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "qscope.";

/// A folder of this user whose process has ended.
bool isAbandoned(const fs::path& folder) {
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat facts = {};
    return opened && ::fstat(opened.get(), &facts) == 0 && facts.st_uid == ::geteuid() &&
           ::flock(opened.get(), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

Result<std::unique_ptr<TemporaryFolder>> TemporaryFolder::make() {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / (std::string(kName) + "XXXXXX")).string();
    // Readable by nobody else; locked before a sweep can take it for abandoned, but for this moment.
    Descriptor lock(::mkdtemp(name.data()) ? ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
    if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return failure("cannot create a temporary folder " + name + ": " + std::strerror(errno));
    }
    return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(name, std::move(lock)));
}

void TemporaryFolder::sweep() {
    std::error_code error;
    for (fs::directory_iterator entry(fs::temp_directory_path(error), error);
         !error && entry != fs::end(entry); entry.increment(error)) {
        if (entry->path().filename().string().starts_with(kName) && isAbandoned(entry->path())) {
            std::error_code ignored;
            fs::remove_all(entry->path(), ignored);
        }
    }
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace qs
