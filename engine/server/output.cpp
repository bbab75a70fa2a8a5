#include "server/output.h"

#include <unistd.h>

#include <cerrno>
#include <string>

#include "protocol/framing.h"

namespace qs {

void Output::send(const nlohmann::json& message) {
    const std::string bytes = protocol::encodeFrame(message);
    const std::lock_guard lock(mutex_);
    size_t written = 0;
    while (!closed_ && written < bytes.size()) {
        const ssize_t count = ::write(descriptor_, bytes.data() + written, bytes.size() - written);
        if (count >= 0) {
            written += static_cast<size_t>(count);
        } else {
            closed_ = errno != EINTR;
        }
    }
}

}  // namespace qs
