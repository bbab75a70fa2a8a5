#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages/measurement.h"
#include "protocol/messages/metrics.h"
#include "protocol/messages/profile.h"
#include "protocol/messages/variant_spec.h"

/// A variant and everything that was measured on it.
namespace qs::protocol {

/// One layer of a variant. sqnr_db, cosine and mse compare the layer's output in the quantized network with
/// the FP32 network's on the same samples (accumulated error: what layers before did is in it). Absent where
/// nothing was measured.
struct LayerResult {
    std::string name;
    std::string op;
    std::vector<std::string> fused;
    std::vector<int64_t> output_shape;
    int64_t parameters = 0;
    int64_t macs = 0;
    /// "int8", "fp32", "fp16", "bf16"; other widths of weights and activations "w4a8", "w8a16", "w1.58a8"
    /// (ternary); activations alone "a4"; weights alone "w4"; "int8_dynamic".
    std::string precision;
    std::string qconfig;  ///< preset that rules the layer
    int rule = -1;        ///< index in Recipe::rules of the rule that won
    std::optional<double> sqnr_db;
    std::optional<double> cosine;
    std::optional<double> mse;
    /// Of the layer quantized alone, fed with the FP32 network's values. Absent for layers in FP32.
    std::optional<double> local_sqnr_db = {};
    /// Percent of the error power at the model's outputs that this layer makes: its local error carried there
    /// by the FP32 layers behind it, against the sum of all layers'. Absent for layers in FP32.
    std::optional<double> output_error_percent = {};
    std::optional<double> fp32_ms;
    std::optional<double> variant_ms;
    std::string implementation;  ///< what ran it in the variant
    std::string fp32_implementation = {};
    /// Implementations that would have been better, each with the reason why it was not taken, best first.
    std::vector<std::string> refusals = {};
    std::optional<double> fp32_spread_ms = {};  ///< 90th minus 10th percentile
    std::optional<double> variant_spread_ms = {};
    std::optional<double> gmacs_per_s = {};   ///< of the variant's layer
    std::optional<double> peak_percent = {};  ///< of the measured peak of its precision
    std::optional<int64_t> bytes = {};        ///< read and written once: inputs, weights, outputs
    std::string bound = {};  ///< what limits it on the roofline: "compute", "memory"; empty: not measured
    /// Milliseconds that the whole network takes longer if this layer goes back to FP32, measured: its FP32
    /// time, the boundaries that this adds and what it costs the layers behind it, without its INT8 time and
    /// the boundaries that it spares. Absent for layers that do not run on integers, and on a busy machine.
    std::optional<double> restore_ms = {};
    std::optional<double> restore_uncertainty_ms = {};  ///< it may be this much more or less, at 95 %
    /// "integer", "float32", "float16", "bfloat16", "dynamic", "weight_only"; "simulated": no kernel has its
    /// numbers, so that its time is not what the precision would cost.
    std::string compute = {};
    /// Why the layer is in FP32 although its qconfig quantizes, or emulated; empty where neither is so.
    std::string reason = {};
};

/// Whole-model figures of one precision.
struct ModelResult {
    std::optional<double> top1;  ///< percent; the value in `metrics`; absent without labels
    std::optional<double> latency_ms;
    std::optional<double> latency_p10_ms;
    std::optional<double> latency_p90_ms;
    int64_t model_bytes = 0;
    /// The headline first. Comparisons with FP32 (agreement, sqnr_db, cosine) are the INT8 model's alone.
    std::vector<MetricValue> metrics = {};
    std::optional<ClassReport> classes = {};
};

struct CurvePoint {
    int epoch = 0;
    int64_t step = 0;
    double loss = 0;
    std::optional<double> validation_top1;
};

/// A layer that an algorithm changed.
struct ChangedLayer {
    std::string layer;
    double bias_change = 0;  ///< greatest difference of an element of the bias to what it was before
};

/// What an algorithm of the recipe did.
struct AlgorithmResult {
    std::string name;
    std::vector<ChangedLayer> layers;
};

struct VariantResult {
    Recipe recipe;  ///< with the calibration, and what algorithms chose, filled in
    std::vector<LayerResult> layers;
    std::vector<BoundaryResult> boundaries;
    ModelResult fp32;
    ModelResult variant;
    std::optional<double>
        accuracy_drop;  ///< points, FP32 minus INT8: the value in `drop` if it is in percent
    /// FP32 latency / variant's latency: the median over runs in turns. Absent where no latency was measured
    /// and where the machine was busy.
    std::optional<double> speedup;
    std::optional<double> agreement;   ///< percent of samples with the same top-1 as FP32
    std::vector<CurvePoint> curve;     ///< of QAT
    std::vector<std::string> skipped;  ///< samples that could not be decoded
    std::vector<std::string> notes;    ///< "CPU without VNNI: ..."
    Measurement measured;
    std::optional<MetricDrop> drop = {};         ///< absent where the headline needs FP32 to compare with
    std::optional<MachinePeaks> peaks = {};      ///< with latency
    std::optional<ProfileSummary> profile = {};  ///< with latency
    std::vector<Finding> findings = {};      ///< about accuracy, then about speed, the greatest saving first
    std::optional<double> speedup_low = {};  ///< 95 % interval; with latency, even without a speed-up
    std::optional<double> speedup_high = {};
    /// Other work on the machine moved the times so much that they name no speed-up: of a layer neither.
    bool machine_busy = false;
    std::vector<AlgorithmResult> algorithms = {};
};

/// "variant.measure" VariantSpec -> VariantResult. Calibrates unless the recipe brings qparams, converts,
/// measures. A job, with what is known so far as partial results: the parts "errors", "accuracy" (with data),
/// "contributions" and "latency" of a VariantResult.
///
/// "variant.errors", "variant.accuracy", "variant.contributions", "variant.latency" VariantSpec ->
/// VariantResult: one of the parts, and what else is known of the variant. Jobs.

/// "variant.train" -> VariantResult (recipe.trained_weights and calibration filled in). A job with the
/// partial results "point", each a CurvePoint, and then those of variant.measure.
struct TrainParams {
    /// Its data is trained on, and calibrated on where there is no other; recipe.qat must be set.
    VariantSpec variant;
    /// Absent: the test split of what is trained on where it has one, else the same data.
    std::optional<DataSpec> validation = {};
    std::string weights_path;  ///< where to write the trained weights (.qsw)
};

}  // namespace qs::protocol
