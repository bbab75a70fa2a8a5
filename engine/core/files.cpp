#include "core/files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace qs {

namespace fs = std::filesystem;

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
