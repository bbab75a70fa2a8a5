#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qs {

/// The processor packages' energy counters (RAPL, as Linux' powercap shows them): of everything that runs on
/// them, not of this program alone.
class EnergyMeter {
  public:
    explicit EnergyMeter(const std::filesystem::path& powercap = "/sys/class/powercap");

    /// Why energy cannot be measured here; empty where it can.
    const std::string& whyNot() const { return whyNot_; }

    /// Begins to count anew.
    void start();
    /// Joules since start(); absent where a counter cannot be read. A counter that ran over once meanwhile
    /// (some minutes under load) is allowed for.
    std::optional<double> joules() const;

  private:
    struct Counter {
        std::filesystem::path file;
        uint64_t range = 0;  ///< microjoules after which it begins again
        std::optional<uint64_t> begin;
    };

    std::vector<Counter> counters_;
    std::string whyNot_;
};

}  // namespace qs
