#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/result.h"
#include "quant/ptq.h"
#include "runtime/executor.h"

namespace qs {

/// What the prediction is made from: both networks measured with the same input on the same threads.
struct RestoreBasis {
    const PreparedModel& model;  ///< the variant's
    const RuleSet& rules;        ///< the variant's
    const QuantizedGraph& floatGraph;
    const Profile& floatProfile;
    const QuantizedGraph& integerGraph;
    const Profile& integerProfile;
    int64_t batch = 1;  ///< of the measured input
    /// Milliseconds of a quantize (true) or dequantize step over so many elements that is not in the variant.
    std::function<double(bool quantizes, int64_t count)> boundaryMs;
};

/// By name of the layer, for each that runs on integers: the milliseconds by which one inference becomes
/// longer (shorter: negative) when a rule restores it to FP32. Layers that follow it into FP32 (a ReLU on its
/// own behind it, say), boundaries that come and boundaries that go all count.
Result<std::map<std::string, double>> predictRestoreCosts(const RestoreBasis& basis);

}  // namespace qs
