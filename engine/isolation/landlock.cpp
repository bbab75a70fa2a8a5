#include "isolation/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cstdint>

#include "isolation/descriptor.h"
#include "isolation/sandbox.h"

namespace qs {

namespace {

// Rights that came after the headers of Debian 12 (landlock(7), "Versions").
constexpr uint64_t kTruncate = uint64_t{1} << 14;
constexpr uint64_t kDeviceControl = uint64_t{1} << 15;
constexpr uint64_t kBindTcp = uint64_t{1} << 0;
constexpr uint64_t kConnectTcp = uint64_t{1} << 1;
constexpr uint64_t kAbstractSockets = uint64_t{1} << 0;
constexpr uint64_t kSignals = uint64_t{1} << 1;

/// struct landlock_ruleset_attr as of version 6; older kernels take it where what they do not know is 0.
struct Ruleset {
    uint64_t files = 0;
    uint64_t network = 0;
    uint64_t scopes = 0;
};

/// Changing what lies in a folder, but not links, devices, pipes and sockets in it.
constexpr uint64_t kChangeFiles = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                  LANDLOCK_ACCESS_FS_MAKE_REG;

/// Every right but those to read files and folders.
Ruleset rightsOf(int version) {
    Ruleset rights;
    rights.files = kChangeFiles | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                   LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    rights.files |= version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
    rights.files |= version >= 3 ? kTruncate : 0;
    rights.network = version >= 4 ? kBindTcp | kConnectTcp : 0;
    rights.files |= version >= 5 ? kDeviceControl : 0;
    rights.scopes = version >= 6 ? kAbstractSockets | kSignals : 0;
    return rights;
}

void allow(const Descriptor& ruleset, const std::filesystem::path& path, uint64_t rights) {
    const Descriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat facts = {};
    if (!place || ::fstat(place.get(), &facts) != 0) {
        return;
    }
    constexpr uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
    landlock_path_beneath_attr rule = {};
    rule.allowed_access = S_ISDIR(facts.st_mode) ? rights : rights & kOfFiles;
    rule.parent_fd = place.get();
    ::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

}  // namespace

int landlockVersion() {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? static_cast<int>(version) : 0;
}

bool restrictFiles(const SandboxRules& rules) {
    const Ruleset rights = rightsOf(landlockVersion());
    const Descriptor ruleset(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rights, sizeof(rights), 0)));
    if (!ruleset) {
        return false;
    }
    for (const std::filesystem::path& folder : rules.writable) {
        allow(ruleset, folder, rights.files & (kChangeFiles | LANDLOCK_ACCESS_FS_REFER | kTruncate));
    }
    for (const std::filesystem::path& program : rules.executable) {
        allow(ruleset, program, LANDLOCK_ACCESS_FS_EXECUTE);
    }
    constexpr std::array kSinks{"/dev/null", "/dev/zero", "/dev/full"};
    for (const char* sink : kSinks) {
        allow(ruleset, sink, rights.files & (LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate));
    }
    return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

}  // namespace qs
