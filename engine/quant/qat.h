#pragma once

#include "core/job.h"
#include "data/dataset.h"
#include "quant/ptq.h"

namespace qs {

/// SGD with momentum and cross-entropy on the fake-quantized network.
struct QatSettings {
    int epochs = 1;
    double learningRate = 1e-3;  ///< at the start; it falls to zero along half a cosine
    double momentum = 0.9;
    double weightDecay = 1e-4;
    int64_t batch = 64;
    int64_t trainSamples = 0;       ///< 0: all
    int64_t validationSamples = 0;  ///< 0: all
    uint64_t seed = 1;
    double freezeBatchNormAfter =
        0.5;  ///< fraction of all steps after which statistics and observers stay fixed
};

struct QatResult {
    Graph graph;              ///< the trained weights and batch-norm statistics
    Calibration calibration;  ///< activation qparams as trained
    std::vector<TrainingPoint> curve;
};

/// Trains `model` (prepared with QAT observers taken from each group's qatActivation / qatWeight). Batch norm
/// is live, folded into the fake-quantized weight as in PyTorch's ConvBn QAT modules (scale by gamma /
/// running sigma before fake quantization, undo after the convolution), then frozen; its momentum is the
/// model's own. What the model holds as a constant scale and shift stays one. The model passed in is not
/// changed: a cancelled job loses nothing.
Result<QatResult> trainQat(const PreparedModel& model, const Calibration& initial, Dataset& train,
                           Dataset& validation, const QatSettings& settings, Job& job);

}  // namespace qs
