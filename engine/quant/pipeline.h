#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "quant/algorithms/algorithm.h"
#include "quant/ptq.h"
#include "quant/statistics/network_statistics.h"

namespace qs {

/// What a quantized network is made from. References must outlive the call.
struct QuantizationSource {
    const Network& reference;
    const RuleSet& rules;
    /// Grids of activations; absent: chosen from statistics.
    std::optional<Calibration> calibration = {};
    /// A pass over the calibration data, or what is known of one; asked for where qparams are to be chosen.
    std::function<Result<std::shared_ptr<const NetworkStatistics>>(const Network& network, Job& job)>
        observe = {};
    std::vector<AlgorithmStep> algorithms = {};
    /// The calibration samples, for algorithms that are still to run.
    const Dataset* data = nullptr;
    const Registry<PtqAlgorithm>& known = ptqAlgorithms();
};

/// What an algorithm changed.
struct AlgorithmReport {
    std::string name;
    std::vector<ChangedLayer> layers;
};

struct QuantizedNetwork {
    PreparedModel prepared;  ///< with what algorithms changed
    Encodings encodings;
    std::vector<AlgorithmStep> algorithms;  ///< in the order in which they ran, with what each chose
    std::vector<AlgorithmReport> reports;   ///< likewise
    std::vector<std::string> notes;         ///< of algorithms that ran now
    QuantizedGraph converted;
};

/// The whole way from an FP32 network (fold()) to a quantized one. Errors are those of its stages; usage
/// error where something is to be chosen from data and there is none.
Result<QuantizedNetwork> quantizeNetwork(const QuantizationSource& source, Job& job);

}  // namespace qs
