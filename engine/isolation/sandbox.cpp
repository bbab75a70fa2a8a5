#include "isolation/sandbox.h"

#include <sys/prctl.h>

#include "isolation/landlock.h"
#include "isolation/system_calls.h"

namespace qs {

SandboxWalls enterSandbox(const SandboxRules& rules) {
    // Both walls ask for it: nothing that is started gains rights by its file's owner.
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return {};
    }
    SandboxWalls walls;
    walls.landlock = restrictFiles(rules) ? landlockVersion() : 0;
    walls.systemCalls = restrictSystemCalls(!rules.executable.empty());
    return walls;
}

SandboxWalls availableWalls() {
    return {landlockVersion(), hasSystemCallFilters()};
}

std::string describe(const SandboxWalls& walls) {
    const std::string landlock = "Landlock " + std::to_string(walls.landlock);
    if (walls.landlock > 0) {
        return walls.systemCalls ? landlock + " and seccomp"
                                 : landlock + " (this kernel has no seccomp filters)";
    }
    return walls.systemCalls ? "seccomp (this kernel has no Landlock)"
                             : "none (this kernel has neither Landlock nor seccomp filters)";
}

}  // namespace qs
