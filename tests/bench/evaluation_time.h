#pragma once

#include "core/job.h"
#include "core/result.h"

namespace qs::bench {

/// Seconds for a whole evaluation: reading the data, inference in batches, top-1.
struct EvaluationTimes {
    double int8Seconds = 0;
    double libTorchSeconds = 0;
    int64_t samples = 0;
    int64_t batch = 0;
    double int8Top1 = 0;  ///< percent
    double libTorchTop1 = 0;
};

/// The sample ResNet on the first `samples` test images of Fashion-MNIST: the INT8 runtime against LibTorch
/// on the FP32 file, frozen, through the same evaluation. Medians of `rounds` in turns.
Result<EvaluationTimes> timeEvaluation(int64_t samples, int rounds, int threads, Job& job);

}  // namespace qs::bench
