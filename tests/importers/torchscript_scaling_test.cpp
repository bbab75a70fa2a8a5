// Opening a TorchScript file takes time that grows with the number of its operators.

#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <string>

#include "exporters/runners.h"
#include "importers/importer.h"

namespace qs {
namespace {

/// A module whose forward has `count` lines like `line`.
void saveScript(const std::filesystem::path& path, const std::string& line, int count) {
    std::string source = "def forward(self, x):\n    y = torch.relu(x)\n";
    for (int i = 0; i < count; ++i) {
        source += "    " + line + "\n";
    }
    torch::jit::Module module("network");
    module.define(source + "    return y\n");
    module.save(path.string());
}

/// Of the processor, whatever else runs on it.
double secondsToOpen(const std::filesystem::path& path) {
    const std::clock_t begin = std::clock();
    const auto opened = openModel(path, {{"", {1, 4, 8, 8}}});
    EXPECT_TRUE(opened) << opened.error().message;
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

class TorchScriptScaling : public ::testing::TestWithParam<const char*> {};

TEST_P(TorchScriptScaling, SixteenTimesTheOperatorsTakeNotFarLongerThanSixteenTimes) {
    constexpr int kOperators = 1000;
    constexpr int kTimes = 16;
    constexpr int kRounds = 2;
    constexpr double kMostGrowth = 64;  // LibTorch's own reading and caches included; squared it would be 256
    const test::TemporaryFolder folder;
    saveScript(folder / "small.pt", GetParam(), kOperators);
    saveScript(folder / "large.pt", GetParam(), kTimes * kOperators);
    double small = 1e9, large = 1e9;
    for (int i = 0; i < kRounds; ++i) {
        small = std::min(small, secondsToOpen(folder / "small.pt"));
        large = std::min(large, secondsToOpen(folder / "large.pt"));
    }
    EXPECT_LT(large, kMostGrowth * small) << 1000 * small << " ms, " << 1000 * large << " ms";
    RecordProperty("growth", static_cast<int>(large / small));
}

INSTANTIATE_TEST_SUITE_P(Lines, TorchScriptScaling,
                         ::testing::Values("y = torch.relu(y)", "y = y + x", "y = y * 1.5",
                                           "y = y.reshape([1, 4, 8, 8])", "y = y.clone().add_(x)"),
                         [](const auto& info) { return "Line" + std::to_string(info.index); });

}  // namespace
}  // namespace qs
