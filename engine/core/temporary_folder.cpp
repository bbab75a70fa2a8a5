#include "core/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace qs {

namespace fs = std::filesystem;

Result<std::unique_ptr<TemporaryFolder>> TemporaryFolder::make() {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "qscope.XXXXXX").string();
    if (!::mkdtemp(name.data())) {
        return failure("cannot create a temporary folder " + name + ": " + std::strerror(errno));
    }
    return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(name));
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace qs
