#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/result.h"
#include "quant/statistics/statistics.h"

namespace qs {

/// What a pass over data saw of a network's activations, by value name.
struct NetworkStatistics {
    std::map<std::string, TensorStatistics> values;
    int64_t samples = 0;

    /// Adds what another process saw of the same network. Values that only one of them saw are kept.
    void merge(const NetworkStatistics& later);
    bool operator==(const NetworkStatistics&) const = default;
};

/// Everything, bit by bit, in little endian.
std::string toBytes(const NetworkStatistics& statistics);
/// Failure where `bytes` are not what toBytes() wrote: cut off, of another version, or with ranges and counts
/// that nothing can have.
Result<NetworkStatistics> networkStatisticsFromBytes(std::string_view bytes);

}  // namespace qs
