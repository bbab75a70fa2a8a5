#include "isolation/temporary_folder.h"

#include <fcntl.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "isolation/in_use.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "qscope.";
constexpr int kTries = 10;

}  // namespace

Result<std::unique_ptr<TemporaryFolder>> TemporaryFolder::make() {
    std::error_code error;
    const std::string pattern = (fs::temp_directory_path(error) / (std::string(kName) + "XXXXXX")).string();
    for (int i = 0; i < kTries; ++i) {
        std::string name = pattern;
        Descriptor folder(::mkdtemp(name.data()) ? ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                                 : -1);
        // A sweep may come in between, and take it for abandoned.
        if (folder && markInUse(folder.get()) && fs::exists(name, error)) {
            return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(name, std::move(folder)));
        }
    }
    return failure("cannot create a temporary folder " + pattern + ": " + std::strerror(errno));
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
