// Runs are ended at random moments, by random signals: what they were to write is then old, absent or
// complete, and the next run finds nothing of them. QS_KILLS says how many (of each command); the seed is
// printed.

#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "cli_fixture.h"
#include "core/files.h"

namespace qs::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

using Files = std::map<std::string, std::string>;

constexpr const char* kOld = "old";

int killsOfEach() {
    const char* wanted = std::getenv("QS_KILLS");
    return wanted ? std::atoi(wanted) : 6;
}

struct KilledCommand {
    const char* name;
    std::vector<std::string> words;  ///< places of outputs begin with @
    bool isFolder = false;           ///< what is written is one, which appears as a whole
};

class Kills : public CliTest, public testing::WithParamInterface<KilledCommand> {
  protected:
    Kills() {
        fs::create_directory(path("tmp"));
        fs::create_directory(path("out"));
        generator_.seed(seed_);
    }

    Environment environment() const { return {{"TMPDIR", path("tmp")}}; }

    std::vector<std::string> words() const {
        std::vector<std::string> words = GetParam().words;
        for (std::string& word : words) {
            word = word.starts_with('@') ? path("out/" + word.substr(1)) : word;
        }
        words.emplace_back("--force");
        return words;
    }

    /// Every file of out/ with its bytes.
    Files outputs() const {
        Files files;
        for (const auto& entry : fs::recursive_directory_iterator(path("out"))) {
            if (!entry.is_directory()) {
                files[entry.path().lexically_relative(path("out")).string()] = readFile(entry.path()).value();
            }
        }
        return files;
    }
    void clear() const {
        fs::remove_all(path("out"));
        fs::create_directory(path("out"));
    }
    /// Sometimes there is something to replace.
    void prepare(const Files& complete) {
        const bool hasOld = random(0, 1) == 1;
        if (hasOld && GetParam().isFolder) {
            return;  // what the last one left
        }
        clear();
        for (const auto& [name, bytes] : hasOld ? complete : Files()) {
            write("out/" + name, kOld);
        }
    }
    void expectOldOrComplete(const Files& complete) const {
        Files found = outputs();
        std::erase_if(found, [](const auto& file) { return file.first.starts_with(".qscope."); });
        if (GetParam().isFolder) {
            EXPECT_TRUE(found.empty() || found == complete);
            return;
        }
        for (const auto& [name, bytes] : found) {
            const auto expected = complete.find(name);
            EXPECT_TRUE(expected != complete.end() && (bytes == expected->second || bytes == kOld))
                << name << " has " << bytes.size() << " bytes";
        }
    }
    int random(int least, int most) { return std::uniform_int_distribution(least, most)(generator_); }

    /// Starts the command and ends it within `longest`.
    Finished kill(std::chrono::milliseconds longest) {
        Qscope program(folder_ / "log", words(), environment());
        std::this_thread::sleep_for(std::chrono::milliseconds(random(0, static_cast<int>(longest.count()))));
        program.signal(std::array{SIGKILL, SIGINT, SIGTERM}[static_cast<size_t>(random(0, 2))]);
        return program.wait();
    }

    unsigned seed_ = std::random_device()();
    std::mt19937 generator_;
};

TEST_P(Kills, LeaveOldOrCompleteFilesAndNothingElse) {
    RecordProperty("seed", std::to_string(seed_));
    const auto begin = Clock::now();
    const Finished whole = qscope(words(), environment());
    const auto duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    ASSERT_EQ(whole.code, 0) << whole.err;
    const auto complete = outputs();
    ASSERT_FALSE(complete.empty());

    for (int i = 0; i < killsOfEach(); ++i) {
        SCOPED_TRACE("seed " + std::to_string(seed_) + ", kill " + std::to_string(i));
        prepare(complete);
        const Files before = outputs();
        const Finished ended = kill(duration + duration / 10);
        expectOldOrComplete(complete);
        if (ended.err.find("cancelled") != std::string::npos) {
            EXPECT_EQ(outputs(), before);
        } else if (ended.code == 0) {
            EXPECT_EQ(outputs(), complete);
        }
    }
    clear();
    EXPECT_EQ(qscope(words(), environment()).code, 0);
    EXPECT_EQ(outputs(), complete);
    EXPECT_TRUE(fs::is_empty(path("tmp")));
}

std::vector<KilledCommand> commands() {
    const std::vector<std::string> brief{"--data", kData, "--calib-samples", "32", "--eval-samples", "64",
                                         "--runs", "2",   "--warmup",        "0",  "--threads",      "1"};
    const auto with = [&](std::vector<std::string> words) {
        words.insert(words.end(), brief.begin(), brief.end());
        return words;
    };
    return {{"quantize", with({"quantize", kModel, "-o", "@net.onnx", "--save-recipe", "@recipe.json"})},
            {"companions",
             with({"quantize", kModel, "--preset", "tensorrt", "--target", "tensorrt", "-o", "@net.onnx"})},
            {"train", with({"train", kModel, "--epochs", "1", "--train-samples", "64", "--val-samples", "32",
                            "--batch", "16", "-o", "@net.pt"})},
            {"export", {"export", kModel, "-o", "@net.pt"}},
            {"folder", {"export", kModel, "--data", kData, "--target", "android", "-o", "@app"}, true}};
}

INSTANTIATE_TEST_SUITE_P(Commands, Kills, testing::ValuesIn(commands()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace qs::test
