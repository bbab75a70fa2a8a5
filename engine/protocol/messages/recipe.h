#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages/qconfig.h"

/// What makes a variant of a model.
namespace qs::protocol {

struct QatSettings {
    int epochs = 1;
    double learning_rate = 1e-3;
    double momentum = 0.9;
    double weight_decay = 1e-4;
    int64_t batch = 64;
    int64_t train_samples = 0;       ///< 0: all
    int64_t validation_samples = 0;  ///< 0: all
    uint64_t seed = 1;
};

/// Activation qparams of one value, on its own grid or on another that a reader of it asks for.
struct TensorQParams {
    std::string value;
    std::string dtype;
    std::vector<double> scale;
    std::vector<int64_t> zero_point;
    int64_t quant_min = 0;
    int64_t quant_max = 0;
    std::string grid = {};  ///< empty: the value's own; else what readers ask for: "int8 symmetric -128..127"
};

/// What an algorithm chose for a layer.
struct LayerChange {
    std::string layer;
    std::vector<double> bias;  ///< float32, one an output channel, batch norm folded in
};

/// An algorithm that makes a variant better.
struct Algorithm {
    std::string name;                          ///< of EngineInfo::algorithms
    std::map<std::string, double> parameters;  ///< absent ones have their defaults
    /// What it chose: taken as it is. Absent: it runs, on the calibration samples.
    std::optional<std::vector<LayerChange>> layers = {};
};

/// Everything that reproduces a variant.
struct Recipe {
    std::vector<Rule> rules;
    int64_t calib_samples = 256;
    int64_t eval_samples = 0;  ///< 0: all
    int64_t batch = 64;
    int threads = 0;  ///< 0: one per core
    int latency_runs = 100;
    int latency_warmup = 10;
    std::optional<QatSettings> qat;
    std::string trained_weights;             ///< file written by variant.train; empty for PTQ
    std::vector<TensorQParams> calibration;  ///< empty: calibrate
    /// A name of EngineInfo::metrics, perhaps with ":argument"; empty: what fits the outputs and the labels.
    std::string metric = {};
    uint64_t seed = 1;  ///< of the choice of calibration samples
    /// What runs the variant: a name of EngineInfo::backends; empty: onednn. The FP32 network runs on onednn.
    std::string backend = {};
    std::vector<Algorithm> algorithms = {};
};

}  // namespace qs::protocol
