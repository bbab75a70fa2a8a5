#include "isolation/in_use.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "isolation/descriptor.h"

namespace qs {

bool markInUse(int descriptor) {
    return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
}

bool isAbandoned(const std::filesystem::path& path) {
    const Descriptor opened(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat facts = {};
    // Another user's lock or link decides nothing here.
    return opened && ::fstat(opened.get(), &facts) == 0 && facts.st_uid == ::geteuid() &&
           markInUse(opened.get());
}

}  // namespace qs
