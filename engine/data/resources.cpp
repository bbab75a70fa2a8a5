#include "data/resources.h"

#include <cstdlib>
#include <vector>

namespace qs {

namespace fs = std::filesystem;

std::optional<fs::path> samplesFolder() {
    std::vector<fs::path> candidates;
    if (const char* folder = std::getenv("QSCOPE_RESOURCES")) {
        candidates = {fs::path(folder) / "samples"};
    } else {
        std::error_code error;
        const fs::path programs = fs::read_symlink("/proc/self/exe", error).parent_path();
        candidates = {programs / "../share/quantoscope/samples", programs / "../../../resources/samples"};
    }
    for (const fs::path& candidate : candidates) {
        std::error_code error;
        if (fs::is_directory(candidate, error)) {
            return candidate.lexically_normal();
        }
    }
    return std::nullopt;
}

}  // namespace qs
