#pragma once

#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "exporters/runners.h"

namespace qs::test {

/// A folder with what `script` of tests/exporters writes, once a process. Nothing where Python lacks what it
/// needs (exit code 77); an empty path where it fails.
inline std::optional<std::filesystem::path> madeModels(const std::string& script) {
    static TemporaryFolder root;
    static std::map<std::string, int> statuses;
    const std::filesystem::path folder = root / script;
    if (!statuses.contains(script)) {
        std::filesystem::create_directories(folder);
        const std::string command = "/usr/bin/python3 -W ignore '" QS_SOURCE_DIR "/tests/exporters/" +
                                    script + "' '" + folder.string() + "'";
        statuses[script] = ::system(command.c_str());
    }
    const int status = statuses[script];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        return std::nullopt;
    }
    return status == 0 ? folder : std::filesystem::path();
}

}  // namespace qs::test
