#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/messages/measurement.h"
#include "protocol/messages/variant_spec.h"

/// A variant beside other runtimes.
namespace qs::protocol {

/// One contestant of a comparison with other runtimes.
struct ComparisonRow {
    std::string name;  ///< of EngineInfo::contestants
    std::string description;
    std::string version;              ///< of what ran it; empty where nothing did
    std::optional<double> median_ms;  ///< absent where it did not run: `note` says why
    std::optional<double> p10_ms;
    std::optional<double> p90_ms;
    std::optional<double> ratio;       ///< its time over that of ours-int8, median over the turns; as speedup
    std::optional<double> prepare_ms;  ///< opening, packing weights, and the first inference
    std::string note;
    std::optional<double> ratio_low = {};  ///< 95 % interval
    std::optional<double> ratio_high = {};
};

/// One network in several runtimes, timed in turns in one run.
struct ComparisonResult {
    std::vector<ComparisonRow> rows;  ///< ours-int8 first
    std::string clock;                ///< what was measured: "processor" time (one thread) or "wall" time
    std::vector<std::string> notes;
    Measurement measured;
};

/// "model.compare" -> ComparisonResult. Quantizes like variant.measure, then times the variant beside other
/// runtimes (latency_warmup, latency_runs and threads of its recipe). A job.
struct CompareParams {
    VariantSpec variant;
    std::vector<std::string> against;  ///< names of EngineInfo::contestants, or "all"
};

}  // namespace qs::protocol
