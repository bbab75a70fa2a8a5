#include "cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace qs::cli {

Output::Output() : descriptor_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {
    std::fflush(stdout);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

Output::~Output() {
    ::close(descriptor_);
}

Status Output::write(const std::string& text) const {
    for (size_t done = 0; done < text.size();) {
        const ssize_t written = ::write(descriptor_, text.data() + done, text.size() - done);
        if (written < 0 && errno != EINTR) {
            return failure(std::string("cannot write the result to stdout: ") + std::strerror(errno));
        }
        done += written > 0 ? size_t(written) : 0;
    }
    return {};
}

}  // namespace qs::cli
