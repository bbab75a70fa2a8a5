#include "workbench/thread_count.h"

#include <algorithm>

#include "runtime/cpu.h"
#include "runtime/executor.h"

namespace qs {

int useThreads(int asked) {
    return setThreads(std::min(asked, cpuInfo().cores));
}

std::string threadNote(int asked) {
    const int cores = cpuInfo().cores;
    if (asked <= cores) {
        return {};
    }
    return std::to_string(asked) + " threads were asked for, and " + std::to_string(cores) +
           " run: one for each core of this machine";
}

}  // namespace qs
