#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Where the time of a variant goes.
namespace qs::protocol {

/// A quantize, dequantize or reorder step of the variant.
struct BoundaryResult {
    std::string name;  ///< "quantize conv1", the layer that makes (reorder: that reads) the tensor
    std::string op;    ///< "quantize", "dequantize", "requantize", "fake_quantize", "reorder"
    double variant_ms = 0;
    int64_t bytes = 0;  ///< read and written
};

/// What this machine can do at most, measured on the variant's threads in the same session.
struct MachinePeaks {
    double int8_gmacs_per_s = 0;
    double fp32_gmacs_per_s = 0;
    double memory_gb_per_s = 0;  ///< reading what no cache holds
    double cache_gb_per_s = 0;   ///< reading what the second-level cache holds
    int threads = 0;
    double bf16_gmacs_per_s = 0;  ///< 0 where the processor has no instructions for it
};

/// Where the time of one inference of the variant goes, in milliseconds.
struct ProfileSummary {
    double layers_ms = 0;
    double boundaries_ms = 0;  ///< quantize, dequantize, requantize and reorder steps
    double other_ms = 0;       ///< binding inputs and copying outputs
    double total_ms = 0;       ///< median of whole runs without timers
    double overhead_ms = 0;    ///< what the timers added to the runs with them; taken out of the rows
    int64_t quantizes = 0;     ///< steps, by kind
    int64_t dequantizes = 0;
    int64_t requantizes = 0;
    int64_t reorders = 0;
    int64_t arena_bytes = 0;               ///< of activations
    int64_t live_bytes = 0;                ///< the most that is needed at one time
    double prepare_ms = 0;                 ///< making primitives and packing weights
    std::optional<double> energy_mj = {};  ///< of one inference of the whole processor package
    std::string energy_note = {};          ///< why there is none: "not measurable on this machine"
};

/// Why a layer, or the whole model, is not faster, in words. Texts are templates: %1, %2 ... stand for
/// `arguments`, so that a window can translate them.
struct Finding {
    std::string rule = {};   ///< "unfused_add"
    std::string layer = {};  ///< empty: the whole model
    std::string message = {};
    std::string remedy = {};
    std::vector<std::string> arguments = {};
    std::optional<double> saving_ms = {};  ///< at most
};

}  // namespace qs::protocol
