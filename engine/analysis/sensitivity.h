#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/metrics/metric.h"
#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "quant/ptq.h"
#include "runtime/executor.h"

namespace qs {

/// What the samples are judged by, each sample by itself; less is better in all of them.
enum class SensitivityMeasure {
    Noise,  ///< |y - f|^2 / |f|^2 of the outputs y against the FP32 network's f, summed over outputs
    Kl,     ///< Kullback-Leibler divergence of the classes' probabilities from FP32's, in nats
    Loss,   ///< cross entropy with the label, in nats
    Metric  ///< 1 where the headline metric counts the sample as wrong, else 0
};

/// A mean over samples with its 95 % interval.
struct Effect {
    double value = 0;
    double low = 0;
    double high = 0;
};

/// By measure, as far as it can be taken.
struct LayerEffects {
    std::optional<Effect> noise, kl, loss, metric;

    const std::optional<Effect>& of(SensitivityMeasure measure) const;
};

struct LayerSensitivity {
    std::string layer;
    /// What quantizing this layer alone does to the FP32 network (enable-one): how much worse it becomes.
    LayerEffects alone;
    /// What restoring this layer alone wins back of the quantized network (disable-one): how much better it
    /// becomes.
    LayerEffects restored;
    int rank = 1;  ///< by `restored`; the same for layers that cannot be told apart
};

struct Sensitivity {
    int64_t samples = 0;
    SensitivityMeasure ranked = SensitivityMeasure::Noise;
    LayerEffects variant;                  ///< how much worse the quantized network is than FP32
    std::vector<LayerSensitivity> layers;  ///< by rank, then by what restoring wins
};

struct SensitivitySubject {
    const PreparedModel& model;
    const Encodings& encodings;
    std::function<Result<std::unique_ptr<Executor>>(QuantizedGraph)> makeExecutor;
};

struct SensitivityOptions {
    std::optional<ChosenMetric> metric = {};  ///< the headline; absent: outputs alone are compared
    /// Absent: what the headline metric allows, Kl of classifiers, else Noise.
    std::optional<SensitivityMeasure> ranked = {};
    int64_t samples = 0;  ///< 0: all
    int64_t batch = 64;
    int64_t fixedBatch = 0;  ///< Graph::fixedBatch()
    /// For weights of networks that are kept at one time. Where they do not fit, layers take turns, and each
    /// turn runs the FP32 and the quantized network once more.
    int64_t memoryBytes = int64_t{1} << 30;
    /// Called after each batch with what is known so far of the layers in turn.
    std::function<void(const Sensitivity&)> partial = {};
};

/// Both sensitivities of each layer that does not compute in float32, on the first samples of `data`. Each
/// network is run from where its values leave those of the network that it changes; the numbers are those of
/// whole runs. Usage error for a measure that cannot be taken; failure where no sample can be read.
Result<Sensitivity> measureSensitivity(const SensitivitySubject& subject, Dataset& data,
                                       const SensitivityOptions& options, Job& job);

}  // namespace qs
