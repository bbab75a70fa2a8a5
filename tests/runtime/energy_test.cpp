#include "runtime/energy.h"

#include <gtest/gtest.h>

#include <fstream>

#include "isolation/temporary_folder.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

void write(const fs::path& zone, uint64_t microjoules, uint64_t range) {
    fs::create_directories(zone);
    std::ofstream(zone / "energy_uj") << microjoules << '\n';
    std::ofstream(zone / "max_energy_range_uj") << range << '\n';
}

TEST(EnergyMeter, AddsUpPackagesAndLeavesOutTheirParts) {
    const auto folder = TemporaryFolder::make().value();
    write(folder->path() / "intel-rapl:0", 1'000'000, 10'000'000);
    write(folder->path() / "intel-rapl:1", 9'000'000, 10'000'000);
    write(folder->path() / "intel-rapl:0:0", 0, 10'000'000);
    EnergyMeter meter(folder->path());
    EXPECT_EQ(meter.whyNot(), "");
    EXPECT_FALSE(meter.joules().has_value()) << "before start()";
    meter.start();
    write(folder->path() / "intel-rapl:0", 3'500'000, 10'000'000);
    write(folder->path() / "intel-rapl:0:0", 5'000'000, 10'000'000);
    EXPECT_NEAR(meter.joules().value(), 2.5, 1e-9);
    write(folder->path() / "intel-rapl:1", 1'000'000, 10'000'000);  // ran over
    EXPECT_NEAR(meter.joules().value(), 4.5, 1e-9);
}

TEST(EnergyMeter, SaysWhyItCannotMeasure) {
    const auto folder = TemporaryFolder::make().value();
    EXPECT_NE(EnergyMeter(folder->path() / "none").whyNot().find("not measurable on this machine"),
              std::string::npos);
    fs::create_directories(folder->path() / "intel-rapl:0");  // shown, but not readable
    EnergyMeter meter(folder->path());
    EXPECT_NE(meter.whyNot().find("root"), std::string::npos);
    meter.start();
    EXPECT_FALSE(meter.joules().has_value());
}

}  // namespace

}  // namespace qs::test
