#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/messages/measurement.h"
#include "protocol/messages/variant_spec.h"

/// How much each layer's quantization matters to the network's outputs.
namespace qs::protocol {

/// A mean over the samples, and its 95 % interval.
struct Effect {
    double value = 0;
    double low = 0;
    double high = 0;
};

/// How much worse one network is than another on the same samples, by each measure that can be taken.
struct LayerEffects {
    std::optional<Effect>
        noise_percent;             ///< power of the outputs' error against FP32, of that of the outputs
    std::optional<Effect> kl;      ///< divergence of the classes' probabilities from FP32's, nats
    std::optional<Effect> loss;    ///< cross entropy with the label, nats
    std::optional<Effect> metric;  ///< points of the headline metric
};

struct LayerSensitivity {
    std::string layer;
    int rank = 0;           ///< 1 the most telling; layers that the samples cannot tell apart share one
    LayerEffects alone;     ///< what quantizing this layer alone costs the FP32 network
    LayerEffects restored;  ///< what restoring this layer alone wins back
};

struct SensitivityResult {
    std::string ranked;                    ///< "noise", "kl", "loss" or "metric": what the ranks are by
    std::string metric;                    ///< the headline, or empty
    LayerEffects variant;                  ///< how much worse the variant is than FP32
    std::vector<LayerSensitivity> layers;  ///< of those that are quantized, by rank
    std::vector<std::string> notes = {};
    std::vector<std::string> skipped = {};  ///< samples that could not be read
    Measurement measured = {};
};

/// "variant.sensitivity" -> SensitivityResult. A job; after each batch of samples it sends what is known so
/// far (`$/partial`, "sensitivity"). The recipe's eval_samples are measured.
struct SensitivityParams {
    VariantSpec variant;
    std::string ranked;  ///< as in the result; empty: "kl" of classifiers, else "noise"
};

}  // namespace qs::protocol
