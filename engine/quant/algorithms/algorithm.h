#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/parameters.h"
#include "core/registry.h"
#include "data/dataset.h"
#include "quant/algorithms/layer_changes.h"
#include "quant/ptq.h"

namespace qs {

/// What an algorithm may look at. What it changes it returns (LayerChanges).
struct AlgorithmContext {
    /// The FP32 network that layers are compared with: as opened (or trained), with what the algorithms
    /// before calibration made of it.
    const Network& reference;
    const PreparedModel& network;  ///< with what the algorithms before this one changed
    const Encodings& encodings;    ///< empty before calibration
    const Dataset& data;           ///< the calibration samples
};

struct AlgorithmOutcome {
    LayerChanges layers;
    std::vector<std::string> notes = {};  ///< what a person should know of how it came about
};

/// A way to make a quantized network better without training it.
struct PtqAlgorithm {
    enum class Stage { BeforeCalibration, AfterCalibration };

    std::string description;
    Stage stage = Stage::AfterCalibration;
    std::vector<ParameterDef> parameters = {};
    std::vector<std::string> needs = {};      ///< algorithms that have to run before it
    std::vector<std::string> conflicts = {};  ///< algorithms that it does not go together with
    /// `parameters` are complete. Polls `job` for each batch or layer.
    std::function<Result<AlgorithmOutcome>(const AlgorithmContext&, const Parameters&, Job&)> apply;
};

/// bias_correction (engine/quant/algorithms, one a file).
const Registry<PtqAlgorithm>& ptqAlgorithms();

/// An algorithm that was asked for.
struct AlgorithmStep {
    std::string name;
    Parameters parameters = {};
    /// What it chose when it ran: it is taken as it is then. Absent: it is still to run.
    std::optional<LayerChanges> chosen = {};
};

/// The steps in the order in which they run (those before calibration first, otherwise as they were given),
/// each with all of its parameters. Usage error for a name that `known` does not have, a parameter that is
/// wrong, an algorithm that comes twice, without one that it needs before it, or with one that it conflicts
/// with.
Result<std::vector<AlgorithmStep>> inOrder(const Registry<PtqAlgorithm>& known,
                                           std::vector<AlgorithmStep> steps);

}  // namespace qs
