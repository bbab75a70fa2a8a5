#include "isolation/sandbox.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <thread>

#include "isolation/descriptor.h"
#include "isolation/folder_fixture.h"

namespace qs::test {
namespace {

namespace fs = std::filesystem;

/// Things are tried in a child, which tells by its exit code whether each went as it should.
class SandboxTest : public FolderTest {
  protected:
    SandboxTest() {
        put("outside", "untouched");
        fs::create_directory(path("scratch"));
    }

    /// Whether `attempt` is true in a sandbox that may write to scratch/.
    bool inside(const std::function<bool()>& attempt, std::vector<fs::path> executable = {}) {
        const pid_t child = ::fork();
        if (child == 0) {
            enterSandbox({{path("scratch")}, std::move(executable)});
            ::_exit(attempt() ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    bool opens(const std::string& name, int flags) {
        return inside([&] { return ::open(path(name).c_str(), flags, 0600) >= 0; });
    }
};

class Files : public SandboxTest {
  protected:
    void SetUp() override {
        if (availableWalls().landlock == 0) {
            GTEST_SKIP() << "this kernel has no Landlock";
        }
    }
    void TearDown() override {
        EXPECT_EQ(textOf("outside"), "untouched");
        EXPECT_FALSE(fs::exists(path("made")));
    }
};

TEST_F(Files, AreReadEverywhereAndChangedInTheWritableFolderOnly) {
    EXPECT_TRUE(opens("outside", O_RDONLY));
    EXPECT_TRUE(opens("scratch/new", O_WRONLY | O_CREAT));
    EXPECT_TRUE(fs::exists(path("scratch/new")));
    EXPECT_FALSE(opens("made", O_WRONLY | O_CREAT));
    for (const int flags : {O_WRONLY, O_RDWR, O_WRONLY | O_APPEND, O_WRONLY | O_TRUNC, O_RDONLY | O_TRUNC}) {
        EXPECT_FALSE(opens("outside", flags)) << flags;
    }
    EXPECT_TRUE(inside([] { return ::open("/dev/null", O_WRONLY) >= 0; }));
}

TEST_F(Files, AreNeitherRemovedNorMovedNorLinkedOutside) {
    const std::string outside = path("outside").string(), made = path("made").string(),
                      own = path("scratch/own").string();
    EXPECT_FALSE(inside([&] { return ::unlink(outside.c_str()) == 0; }));
    EXPECT_FALSE(inside([&] { return ::rename(outside.c_str(), made.c_str()) == 0; }));
    EXPECT_FALSE(inside([&] { return ::mkdir(made.c_str(), 0700) == 0; }));
    EXPECT_FALSE(inside([&] { return ::truncate(outside.c_str(), 0) == 0; }));
    EXPECT_FALSE(inside([&] { return ::link(outside.c_str(), own.c_str()) == 0; }));
    EXPECT_FALSE(inside([&] {
        ::close(::open(own.c_str(), O_WRONLY | O_CREAT, 0600));
        return ::rename(own.c_str(), made.c_str()) == 0;
    }));
}

TEST_F(Files, LinksAndPipesAreNotMadeInsideEither) {
    const std::string outside = path("outside").string(), own = path("scratch/link").string();
    EXPECT_FALSE(inside([&] { return ::symlink(outside.c_str(), own.c_str()) == 0; }));
    EXPECT_FALSE(inside([&] { return ::mkfifo(own.c_str(), 0600) == 0; }));
}

TEST_F(Files, OfAnotherProcessAreNotReachedThroughProc) {
    const Descriptor held(::open(path("outside").c_str(), O_RDWR));
    const std::string name = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(held.get());
    EXPECT_FALSE(inside([&] { return ::open(name.c_str(), O_RDWR) >= 0; }));
    const std::string memory = "/proc/" + std::to_string(::getpid()) + "/mem";
    EXPECT_FALSE(inside([&] { return ::open(memory.c_str(), O_RDWR) >= 0; }));
}

class Calls : public SandboxTest {
  protected:
    void SetUp() override {
        if (!availableWalls().systemCalls) {
            GTEST_SKIP() << "this kernel has no seccomp filters";
        }
    }
};

TEST_F(Calls, ThatLeadToTheNetworkAreRefused) {
    for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK}) {
        EXPECT_FALSE(inside([&] { return ::socket(family, SOCK_STREAM, 0) >= 0; })) << family;
    }
    EXPECT_TRUE(inside([] {
        int ends[2];
        return ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0;
    }));
}

TEST_F(Calls, ThatStartProcessesAreRefusedAndThreadsAreNot) {
    EXPECT_FALSE(inside([] { return ::fork() >= 0; }));
    EXPECT_FALSE(inside([] { return ::vfork() >= 0; }));
    EXPECT_FALSE(inside([] { return ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0) >= 0; }));
    EXPECT_FALSE(inside([] { return ::system("true") == 0; }));
    EXPECT_FALSE(inside([] {
        ::execl("/bin/true", "true", nullptr);
        return false;
    }));
    EXPECT_TRUE(inside([] {
        bool ran = false;
        std::thread([&] { ran = true; }).join();
        return ran;
    }));
}

TEST_F(Calls, OneProgramIsBecomeWhereTheRulesNameIt) {
    const fs::path shell = fs::canonical("/bin/sh");
    const std::vector<fs::path> executable{shell, fs::canonical("/lib64/ld-linux-x86-64.so.2")};
    EXPECT_TRUE(inside(
        [&] {
            ::execl(shell.c_str(), "sh", "-c", "exit 0", nullptr);
            return false;
        },
        executable));
    EXPECT_FALSE(inside(
        [&] {
            ::execl(shell.c_str(), "sh", "-c", "exec /bin/true", nullptr);
            return false;
        },
        executable));
}

TEST_F(Calls, ThatReachOtherProcessesAreRefused) {
    const pid_t parent = ::getpid();
    EXPECT_FALSE(inside([&] { return ::kill(parent, 0) == 0; }));
    EXPECT_FALSE(inside([&] { return ::syscall(SYS_tgkill, parent, parent, 0) == 0; }));
    EXPECT_FALSE(inside([&] { return ::ptrace(PTRACE_ATTACH, parent, 0, 0) == 0; }));
    EXPECT_TRUE(inside([] { return ::kill(::getpid(), 0) == 0; }));
}

TEST_F(Calls, ThatChangeWhatFilesAreAreRefused) {
    const std::string outside = path("outside").string();
    EXPECT_FALSE(inside([&] { return ::chmod(outside.c_str(), 0777) == 0; }));
    EXPECT_FALSE(inside([&] { return ::chown(outside.c_str(), 0, 0) == 0; }));
    EXPECT_FALSE(inside([&] { return ::utimensat(AT_FDCWD, outside.c_str(), nullptr, 0) == 0; }));
    EXPECT_FALSE(inside([] { return ::unshare(CLONE_NEWUSER) == 0; }));
    EXPECT_FALSE(inside([] { return ::syscall(SYS_io_uring_setup, 1, nullptr) >= 0; }));
}

TEST_F(Calls, ThatTypeIntoTheTerminalAreRefused) {
    char letter = 'x';
    EXPECT_FALSE(inside([&] { return ::ioctl(STDIN_FILENO, TIOCSTI, &letter) == 0; }));
    EXPECT_TRUE(inside([&] { return ::ioctl(STDIN_FILENO, TIOCSTI, &letter) != 0 && errno == EPERM; }));
}

TEST_F(Calls, ThatComputingNeedsStay) {
    EXPECT_TRUE(inside([] {
        void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return page != MAP_FAILED && ::mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
    }));
}

TEST(Sandbox, SaysWhatItConsistsOf) {
    EXPECT_EQ(describe({4, true}), "Landlock 4 and seccomp");
    EXPECT_EQ(describe({0, true}), "seccomp (this kernel has no Landlock)");
    EXPECT_NE(describe({0, false}).find("none"), std::string::npos);
}

}  // namespace
}  // namespace qs::test
