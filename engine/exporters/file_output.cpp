#include "exporters/file_output.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/files.h"

namespace qs {

Status writeBytes(const std::filesystem::path& path, std::string_view bytes) {
    return writeAtomically(path, [&](const std::filesystem::path& temporary) -> Status {
        std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
        stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        stream.close();
        if (!stream || std::filesystem::file_size(temporary) != bytes.size()) {
            return failure("cannot write " + path.string() + ": " + std::strerror(errno));
        }
        return {};
    });
}

}  // namespace qs
