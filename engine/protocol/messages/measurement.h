#pragma once

#include <cstdint>
#include <string>

namespace qs::protocol {

/// With what the figures of a variant were measured.
struct Measurement {
    std::string data;
    int64_t samples = 0;  ///< evaluated
    int64_t calib_samples = 0;
    int64_t error_samples = 0;
    std::string cpu;
    std::string isa;
    int threads = 0;
    int latency_runs = 0;
    uint64_t seed = 0;
    std::string calib_data = {};  ///< where other than `data`
    int64_t batch = 0;            ///< samples a batch
    /// What latencies are: "processor" time (one thread) or "wall" time; empty where none was measured.
    std::string latency_clock = {};
    int64_t contribution_samples = 0;  ///< for local errors and what they make of the outputs' error
};

}  // namespace qs::protocol
