#include "isolation/system_calls.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace qs {

namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

/// By name, so that one that libseccomp or this architecture does not know is left out.
constexpr const char* kRefused[] = {
    // the network, and programs behind sockets (a socketpair reaches nobody)
    "socket", "connect", "bind", "listen", "accept", "accept4",
    // processes
    "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd",
    "pidfd_send_signal", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "kcmp", "unshare", "setns",
    // what files are, beyond their content
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "setxattr",
    "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "utime", "utimes", "futimesat",
    "utimensat", "truncate", "truncate64", "open_by_handle_at",
    // ways around a filter of calls
    "io_uring_setup", "io_uring_enter", "io_uring_register",
    // the system
    "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig",
    "fsmount", "fspick", "mount_setattr", "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key",
    "request_key", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot",
    "swapon", "swapoff", "acct", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname",
    "setdomainname", "iopl", "ioperm", "quotactl", "syslog", "vhangup", "fanotify_init", "personality",
    "lookup_dcookie", "msgget", "semget", "shmget", "mq_open"};

class Rules {
  public:
    explicit Rules(Filter& filter) : filter_(filter.get()) {}

    template <typename... Comparisons>
    void refuse(const char* call, Comparisons... comparisons) {
        answer(EPERM, call, comparisons...);
    }
    template <typename... Comparisons>
    void answer(int error, const char* call, Comparisons... comparisons) {
        const int number = seccomp_syscall_resolve_name(call);
        if (number != __NR_SCMP_ERROR) {
            seccomp_rule_add(filter_, SCMP_ACT_ERRNO(static_cast<uint16_t>(error)), number,
                             sizeof...(comparisons), comparisons...);
        }
    }

  private:
    scmp_filter_ctx filter_;
};

scmp_arg_cmp differs(unsigned argument, uint64_t value) {
    return {argument, SCMP_CMP_NE, value, 0};
}
scmp_arg_cmp masked(unsigned argument, uint64_t mask, uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

void addRules(Rules& rules, bool startsPrograms) {
    for (const char* call : kRefused) {
        rules.refuse(call);
    }
    if (!startsPrograms) {
        rules.refuse("execve");
        rules.refuse("execveat");
    }
    // Threads, but no processes. Its flags lie in memory, where no filter sees them: clone() is used instead.
    rules.answer(ENOSYS, "clone3");
    rules.refuse("clone", masked(0, CLONE_THREAD, 0));
    // Likewise: open() is used instead.
    rules.answer(ENOSYS, "openat2");
    // Emptying a file takes no right to write it before version 3 of Landlock.
    constexpr uint64_t kEmpties = O_ACCMODE | O_TRUNC;
    rules.refuse("open", masked(1, kEmpties, O_RDONLY | O_TRUNC));
    rules.refuse("openat", masked(2, kEmpties, O_RDONLY | O_TRUNC));
    // abort() and the like signal this process itself; a program that is started has its number too.
    const auto self = static_cast<uint64_t>(::getpid());
    rules.refuse("kill", differs(0, self));
    rules.refuse("tgkill", differs(0, self));
    rules.refuse("prlimit64", differs(0, 0));
    // What types into the terminal.
    constexpr uint64_t kWord = UINT32_MAX;
    rules.refuse("ioctl", masked(1, kWord, TIOCSTI));
    rules.refuse("ioctl", masked(1, kWord, TIOCLINUX));
}

}  // namespace

bool hasSystemCallFilters() {
    const uint32_t action = SECCOMP_RET_ERRNO;
    return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

bool restrictSystemCalls(bool startsPrograms) {
    Filter filter(seccomp_init(SCMP_ACT_ALLOW), seccomp_release);
    if (!filter) {
        return false;
    }
    seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    Rules rules(filter);
    addRules(rules, startsPrograms);
    return seccomp_load(filter.get()) == 0;
}

}  // namespace qs
