#include "runtime/energy.h"

#include <fstream>

namespace qs {

namespace {

namespace fs = std::filesystem;

std::optional<uint64_t> readNumber(const fs::path& path) {
    std::ifstream file(path);
    uint64_t number = 0;
    return file >> number ? std::optional(number) : std::nullopt;
}

/// "intel-rapl:0" is a package (AMD's too); "intel-rapl:0:1" a part of it, counted in it already.
bool isPackage(const std::string& zone) {
    constexpr std::string_view prefix = "intel-rapl:";
    return zone.starts_with(prefix) && zone.find(':', prefix.size()) == std::string::npos;
}

}  // namespace

EnergyMeter::EnergyMeter(const fs::path& powercap) {
    std::error_code error;
    bool exists = false;
    for (const auto& entry : fs::directory_iterator(powercap, error)) {
        if (!isPackage(entry.path().filename().string())) {
            continue;
        }
        exists = true;
        const fs::path file = entry.path() / "energy_uj";
        const auto range = readNumber(entry.path() / "max_energy_range_uj");
        if (range && readNumber(file)) {
            counters_.push_back({file, *range, std::nullopt});
        }
    }
    if (counters_.empty()) {
        whyNot_ = exists ? "not measurable: the processor's energy counters may be read by root alone"
                         : "not measurable on this machine: it shows no energy counters (RAPL)";
    }
}

void EnergyMeter::start() {
    for (Counter& counter : counters_) {
        counter.begin = readNumber(counter.file);
    }
}

std::optional<double> EnergyMeter::joules() const {
    if (counters_.empty()) {
        return std::nullopt;
    }
    double microjoules = 0;
    for (const Counter& counter : counters_) {
        const auto now = readNumber(counter.file);
        if (!now || !counter.begin) {
            return std::nullopt;
        }
        microjoules += static_cast<double>(*now >= *counter.begin ? *now - *counter.begin
                                                                  : *now + counter.range - *counter.begin);
    }
    return microjoules * 1e-6;
}

}  // namespace qs
