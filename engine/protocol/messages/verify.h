#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages/data.h"
#include "protocol/messages/measurement.h"
#include "protocol/messages/recipe.h"

/// The proof that an exported file computes what was shown.
namespace qs::protocol {

/// How far one output of the file is from the engine's, over all samples.
struct OutputDifference {
    std::string name;
    double worst = 0;  ///< largest absolute difference
    double mean = 0;   ///< mean absolute difference
    /// 10 log10(sum e^2 / sum (e - f)^2) of the engine's values e and the file's f; absent: equal.
    std::optional<double> sqnr_db;
};

/// How far one integer layer of the file is from the engine's, in steps of the layer's own grid (LSB), both
/// fed what the file's layer gets on the samples. `op` "quantize": the quantized result of a float layer;
/// "requantize": a result on the grid that another layer reads it on.
struct LayerDifference {
    std::string name;
    std::string op;
    double scale = 0;  ///< of one LSB, in real units
    int64_t values = 0;
    double worst_lsb = 0;
    double mean_lsb = 0;
    double within_one_percent = 0;  ///< share of values that differ by at most 1 LSB
    bool passed = false;            ///< at least VerifyResult::layer_tolerance_percent of them
};

/// Where the values of the file leave the engine's, each side having run whole from the inputs.
struct Departure {
    /// "float": a layer that the runtime computes in real numbers; "integer": one that it computes in
    /// integers, otherwise than the engine; "boundary": a quantize or requantize; "behind": no integer tensor
    /// differs, and the step is the first of the float layers behind them.
    std::string kind;
    LayerDifference difference;    ///< of the step; no figures where it is "behind"
    double differing_percent = 0;  ///< share of its values that differ at all
    std::string computed_by;       ///< operators of the runtime, as far as it says them
    std::string agrees_up_to;      ///< the last layer before it whose values agree; empty: the inputs
    int64_t unseen = 0;            ///< steps between that the runtime does not show as it runs them
};

struct VerifyResult {
    bool passed = false;
    std::string verdict;          ///< one line, with what decided
    std::string runtime;          ///< "onnxruntime"
    std::string runtime_version;  ///< "ONNX Runtime 1.30.0"
    std::string target;           ///< as the file says it, or empty
    int64_t samples = 0;
    std::optional<double> engine_top1;  ///< percent; with labels
    std::optional<double> file_top1;
    std::optional<double> agreement;  ///< percent of samples with the same class; of classifiers
    std::vector<OutputDifference> outputs;
    std::vector<LayerDifference> layers;
    std::string first_layer_out;      ///< the first layer that leaves tolerance, or empty
    std::optional<double> engine_ms;  ///< median latency of one sample
    std::optional<double> file_ms;
    std::vector<std::string> notes;  ///< which better runtime is not here and why; what was not compared
    double agreement_tolerance_percent = 99.8;
    double accuracy_tolerance = 0.05;  ///< points
    double sqnr_tolerance_db = 35;
    double layer_tolerance_percent = 99.9;
    Measurement measured;
    /// Whether another program than this engine ran the file. Where it did not, a verdict says only that the
    /// engine reads what it wrote.
    bool independent = true;
    std::vector<std::string> missing_layers = {};  ///< INT8 in the recipe, and not shown by the file
    int64_t missing_weights = 0;  ///< INT8 weights of the recipe beyond those that the file holds
    /// Where outputs are apart: the first step with any other value, and behind it the first with more than
    /// ties explain. Empty where they are not, or where nothing between could be seen.
    std::vector<Departure> departures = {};
};

/// "variant.verify" -> VerifyResult. Opens an exported file anew in the runtime that it is for and runs the
/// same samples through it and through the engine. A job. The engine runs `model` with `recipe`; where that
/// is absent, with the recipe that the file itself carries.
struct VerifyParams {
    std::string file;
    std::string model;
    std::optional<DataSpec> data;    ///< absent: noise, and no accuracy
    std::vector<TensorInfo> inputs;  ///< as in OpenModelParams
    std::optional<Recipe> recipe;
    std::string runtime = {};    ///< a name of EngineInfo::file_runtimes; empty: the best that is here
    int64_t samples = 0;         ///< 0: all
    int64_t layer_samples = 16;  ///< on which layers are compared; 0: layers are not
};

}  // namespace qs::protocol
