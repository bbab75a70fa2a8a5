#pragma once

#include <functional>
#include <string>

#include "protocol/messages.h"

namespace qs {

/// What is measured of a variant, each on its own.
enum class VariantPart {
    Errors,    ///< of each layer, against the FP32 network with the variant's own (perhaps trained) weights:
               ///< they show quantization alone
    Accuracy,  ///< of the whole network, beside the FP32 model as opened; where there are real samples
    Contributions,  ///< of each layer to the outputs' error (analysis/contributions.h)
    Latency,        ///< likewise, with the profile, the costs of restoring and the findings
};

/// What is known of the variant each time that a part of it is: "errors", "accuracy",
/// "contributions", "latency".
using PartialResults = std::function<void(const std::string& part, const protocol::VariantResult& soFar)>;

/// What is known of sensitivities after each batch of samples.
using PartialSensitivity = std::function<void(const protocol::SensitivityResult& soFar)>;

}  // namespace qs
