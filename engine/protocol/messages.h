#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Everything that crosses between the engine and its two faces, as plain structs. Standard C++ only. The
/// JSON of each is in protocol/json.h: members keep their snake_case names, absent optionals are null. Units
/// are in the names: _ms milliseconds, _bytes bytes, _db decibels, top1 and accuracy_drop percent (points).
/// `low` and `high` bound a 95 % interval, in the unit of the value that they belong to.
namespace qs::protocol {

inline constexpr int kProtocolVersion = 5;

/// How an image becomes a tensor: convert to `channels`, resize, crop, scale, subtract `mean`, divide by
/// `std`. One JSON block, shared by recipes, the workbench and exports. Absent fields take the data format's
/// defaults (imagefolder and imagelist: resize 256, crop 224, ImageNet mean and std, 3 channels;
/// fashion-mnist: no resize, mean 0.286, std 0.353, 1 channel; npy and npz: nothing, they hold tensors).
struct Preprocessing {
    std::optional<int> resize;  ///< shorter side in pixels; 0 keeps the size
    std::optional<int> crop;    ///< side of the centred square in pixels; 0 keeps the size
    std::vector<double> mean;   ///< per channel of the tensor, after scaling; empty: default
    std::vector<double> std;
    std::optional<int> channels;       ///< 1 or 3
    std::vector<int> resize_to = {};   ///< height, width instead of `resize`; then no crop by default
    std::vector<int> crop_to = {};     ///< height, width instead of `crop`
    std::string interpolation = {};    ///< "bilinear" (default), "bicubic", "nearest", as in Pillow
    std::string color_order = {};      ///< "rgb" (default), "bgr"
    std::optional<double> scale = {};  ///< factor on 0..255; default 1/255, 1 for models that take 0..255
    std::string layout = {};           ///< of the tensor: "nchw" (default), "nhwc"
    bool operator==(const Preprocessing&) const = default;
};

/// An input or output of a model, or of a sample (then without N). `shape` has -1 where an extent is free.
struct TensorInfo {
    std::string name;
    std::string dtype;  ///< "Float", "Long": at::ScalarType's names
    std::vector<int64_t> shape;
};

struct DataSpec {
    std::string source;  ///< "fashion-mnist:test", "imagefolder:DIR", "npy:X.npy,Y.npy"
    Preprocessing preprocessing;
    std::string labels = {};  ///< file with the class names: a name a line, or JSON; empty: the format's own
};

struct DataInfo {
    std::string source;
    int64_t samples = 0;
    bool labelled = false;
    std::vector<std::string> classes;
    std::vector<TensorInfo> inputs;    ///< of one sample, without N
    std::vector<std::string> skipped;  ///< "FILE: reason", files that could not be decoded so far
    Preprocessing preprocessing;
    std::string note;  ///< "bundled subset of 2000 images: dataset-fashion-mnist is not installed", or empty
    std::vector<int64_t> label_shape = {};  ///< without N; empty: a class, {H, W}: a mask, {T}: a sequence
    std::string calibration_source = {};    ///< the training split of the same data, or empty
};

/// A layer as the table shows it: a fusion group named by its main node.
struct LayerInfo {
    std::string name;
    std::string op;                  ///< "conv2d"
    std::vector<std::string> fused;  ///< names of the nodes that run inside it
    std::vector<int64_t> output_shape;
    int64_t parameters = 0;
    int64_t macs = 0;
    bool quantizable = false;
};

/// Which qconfig a set of layers gets; see quant/qconfig.h for the order in which rules win.
struct Rule {
    std::string match;    ///< "global", "op", "pattern", "layer"
    std::string key;      ///< empty for "global"
    std::string qconfig;  ///< preset name, or "fp32"
};

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

/// Activation qparams of one value.
struct TensorQParams {
    std::string value;
    std::string dtype;
    std::vector<double> scale;
    std::vector<int64_t> zero_point;
    int64_t quant_min = 0;
    int64_t quant_max = 0;
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
};

struct ModelInfo {
    std::string path;
    std::string format;
    std::vector<TensorInfo> inputs;  ///< at the shapes it was opened with
    std::vector<TensorInfo> outputs;
    int64_t batch = 0;               ///< the only batch size that it runs; 0: any
    std::vector<std::string> notes;  ///< "weights widened from fp16", ...
    std::vector<std::string> classes;
    int64_t parameters = 0;
    int64_t macs = 0;
    int64_t model_bytes = 0;  ///< of the file
    std::vector<LayerInfo> layers;
    /// Of a file that is quantized already: what reproduces it exactly (its rules and qparams; the weights
    /// keep those that the file has).
    std::optional<Recipe> recipe = {};
};

/// One layer of a variant. Error metrics compare the layer's output in the quantized network with the FP32
/// network's on the same samples (accumulated error). Absent where nothing was measured.
struct LayerResult {
    std::string name;
    std::string op;
    std::vector<std::string> fused;
    std::vector<int64_t> output_shape;
    int64_t parameters = 0;
    int64_t macs = 0;
    std::string precision;  ///< "int8", "bf16" or "fp32"
    std::string qconfig;    ///< preset that rules the layer
    int rule = -1;          ///< index in Recipe::rules of the rule that won
    std::optional<double> sqnr_db;
    std::optional<double> cosine;
    std::optional<double> mse;
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
    /// Predicted milliseconds that the whole network takes longer if this layer goes back to FP32: its FP32
    /// time and the boundaries that this adds, without its INT8 time and those that it spares. Absent for
    /// layers that are FP32 already.
    std::optional<double> restore_ms = {};
};

/// A quantize, dequantize or reorder step of the variant.
struct BoundaryResult {
    std::string name;  ///< "quantize conv1", the layer that makes (reorder: that reads) the tensor
    std::string op;    ///< "quantize", "dequantize", "reorder"
    double variant_ms = 0;
    int64_t bytes = 0;  ///< read and written
};

/// What this machine can do at most, measured on the variant's threads in the same session.
struct MachinePeaks {
    double int8_gmacs_per_s = 0;
    double fp32_gmacs_per_s = 0;
    double memory_gb_per_s = 0;  ///< reading what no cache holds
    double cache_gb_per_s = 0;   ///< reading what the second-level cache holds
    int threads = 0;
    double bf16_gmacs_per_s = 0;  ///< 0 where the processor has no instructions for it
};

/// Where the time of one inference of the variant goes, in milliseconds.
struct ProfileSummary {
    double layers_ms = 0;
    double boundaries_ms = 0;  ///< quantize, dequantize and reorder steps
    double other_ms = 0;       ///< binding inputs and copying outputs
    double total_ms = 0;       ///< median of whole runs without timers
    double overhead_ms = 0;    ///< what the timers added to the runs with them; taken out of the rows
    int64_t quantizes = 0;     ///< steps, by kind
    int64_t dequantizes = 0;
    int64_t reorders = 0;
    int64_t arena_bytes = 0;               ///< of activations
    int64_t live_bytes = 0;                ///< the most that is needed at one time
    double prepare_ms = 0;                 ///< making primitives and packing weights
    std::optional<double> energy_mj = {};  ///< of one inference of the whole processor package
    std::string energy_note = {};          ///< why there is none: "not measurable on this machine"
};

/// Why a layer, or the whole model, is not faster, in words. Texts are templates: %1, %2 ... stand for
/// `arguments`, so that a window can translate them.
struct Finding {
    std::string rule = {};   ///< "unfused_add"
    std::string layer = {};  ///< empty: the whole model
    std::string message = {};
    std::string remedy = {};
    std::vector<std::string> arguments = {};
    std::optional<double> saving_ms = {};  ///< at most
};

/// One figure over the evaluated samples.
struct MetricValue {
    std::string metric;           ///< "top1"
    std::string output;           ///< name of the model output that was judged
    std::string unit;             ///< "%", "dB", or empty
    std::optional<double> value;  ///< absent where it would be infinite: no error at all
    std::optional<double> low;    ///< Wilson's interval; absent where the metric is no share of samples
    std::optional<double> high;
    int64_t samples = 0;
};

/// FP32 minus INT8 in the headline metric, on the same samples.
struct MetricDrop {
    std::string metric;
    std::string unit;
    double value = 0;
    std::optional<double> low;  ///< of the paired difference; absent where the metric is no share of samples
    std::optional<double> high;
    int64_t samples = 0;
    int64_t only_fp32 = 0;  ///< samples that FP32 alone gets right
    int64_t only_variant = 0;
    std::optional<bool> distinguishable;  ///< whether the interval leaves out 0; absent without one
};

/// How one class fares: accuracy, or IoU for masks.
struct ClassResult {
    int64_t index = 0;
    std::string name;             ///< empty where nobody named the classes
    int64_t samples = 0;          ///< with this label; of a mask, pixels
    std::optional<double> value;  ///< percent; absent without samples
    std::optional<double> low;
    std::optional<double> high;
};

/// A cell of the confusion matrix off its diagonal.
struct Confusion {
    int64_t label = 0;
    int64_t predicted = 0;
    int64_t count = 0;
};

struct ClassReport {
    std::string metric;                 ///< what the values are: "class_accuracy", "mean_iou"
    std::vector<ClassResult> classes;   ///< one a class, in order
    std::vector<Confusion> confusions;  ///< most frequent first
    int64_t confusions_left_out = 0;    ///< cells beyond the first 10000
    bool confusions_counted = false;    ///< false for models of more than 1000 classes
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

/// With what the figures of a variant were measured.
struct Measurement {
    std::string data;
    int64_t samples = 0;  ///< evaluated
    int64_t calib_samples = 0;
    int64_t error_samples = 0;
    std::string cpu;
    std::string isa;
    int threads = 0;
    int latency_runs = 0;
    uint64_t seed = 0;
    std::string calib_data = {};  ///< where other than `data`
    int64_t batch = 0;            ///< samples a batch
};

struct VariantResult {
    Recipe recipe;  ///< with the calibration filled in
    std::vector<LayerResult> layers;
    std::vector<BoundaryResult> boundaries;
    ModelResult fp32;
    ModelResult variant;
    std::optional<double>
        accuracy_drop;                 ///< points, FP32 minus INT8: the value in `drop` if it is in percent
    std::optional<double> speedup;     ///< FP32 latency / INT8 latency
    std::optional<double> agreement;   ///< percent of samples with the same top-1 as FP32
    std::vector<CurvePoint> curve;     ///< of QAT
    std::vector<std::string> skipped;  ///< samples that could not be decoded
    std::vector<std::string> notes;    ///< "CPU without VNNI: ..."
    Measurement measured;
    std::optional<MetricDrop> drop = {};         ///< absent where the headline needs FP32 to compare with
    std::optional<MachinePeaks> peaks = {};      ///< with latency
    std::optional<ProfileSummary> profile = {};  ///< with latency
    std::vector<Finding> findings = {};          ///< the greatest saving first
};

/// One contestant of a comparison with other runtimes.
struct ComparisonRow {
    std::string name;  ///< of EngineInfo::contestants
    std::string description;
    std::string version;              ///< of what ran it; empty where nothing did
    std::optional<double> median_ms;  ///< absent where it did not run: `note` says why
    std::optional<double> p10_ms;
    std::optional<double> p90_ms;
    std::optional<double> ratio;       ///< median over that of ours-int8
    std::optional<double> prepare_ms;  ///< opening, packing weights, and the first inference
    std::string note;
};

/// One network in several runtimes, timed in turns in one run.
struct ComparisonResult {
    std::vector<ComparisonRow> rows;  ///< ours-int8 first
    std::string clock;                ///< what was measured: "processor" time (one thread) or "wall" time
    std::vector<std::string> notes;
    Measurement measured;
};

// ---- methods
// Each request is complete in itself (the engine keeps only caches), so that a restarted engine goes on where
// a killed one stopped. Errors: code -32800 cancelled, -32602 usage, -32000 failed.

/// An entry of one of the engine's registries, for menus.
struct EntryInfo {
    std::string name;
    std::string description;
};

struct MetricInfo {
    std::string name;
    std::string description;
    std::string unit;
    bool needs_labels = false;
    bool compares_with_fp32 = false;
    bool automatic = false;  ///< chosen without being asked for where it fits
};

/// Something that a variant can be exported for.
struct TargetInfo {
    std::string name;
    std::string description;
    std::string extension;    ///< ".onnx"; empty: a folder
    bool is_default = false;  ///< of its extension
    std::string runtime;      ///< of EngineInfo::file_runtimes; empty: nothing here opens it
    int opset = 0;            ///< the default; 0: not ONNX
    int newest_opset = 0;
};

/// "initialize" {} -> EngineInfo
struct EngineInfo {
    int protocol_version = kProtocolVersion;
    std::string engine_version;
    std::string torch_version;
    std::string onednn_version;
    std::string cpu;
    std::string isa;
    int cores = 0;
    std::vector<std::string> notes;
    std::vector<std::string> presets;
    std::vector<std::string> observers;
    std::vector<EntryInfo> data_formats;
    std::vector<TargetInfo> targets;       ///< of exports
    std::vector<MetricInfo> metrics = {};  ///< in the order in which they are reported
    std::vector<EntryInfo> backends = {};  ///< the default first
    std::vector<EntryInfo> contestants = {};
    std::vector<EntryInfo> file_runtimes = {};  ///< what can open an export here, the best first
    std::string sandbox = {};                   ///< that models are opened in: "Landlock 4 and seccomp"
};

/// "model.open" -> ModelInfo
struct OpenModelParams {
    std::string model;
    std::optional<DataSpec> data;    ///< gives the input shapes where the file records none
    std::vector<TensorInfo> inputs;  ///< shapes with N, by name or in order; empty: from the data, the file,
                                     ///< or a guess
};

/// "data.open" DataSpec -> DataInfo

/// "variant.measure" -> VariantResult. Calibrates unless the recipe brings qparams, converts, measures.
/// A job.
struct MeasureParams {
    std::string model;
    std::optional<DataSpec> data;    ///< absent: random input, no accuracy
    std::vector<TensorInfo> inputs;  ///< as in OpenModelParams
    Recipe recipe;
    /// Absent: calibration and evaluation share `data`, in subsets that do not overlap where it is large
    /// enough.
    std::optional<DataSpec> calib_data = {};
};

/// "model.compare" -> ComparisonResult. Quantizes like variant.measure, then times the variant beside other
/// runtimes (latency_warmup, latency_runs and threads of its recipe). A job.
struct CompareParams {
    std::string model;
    std::optional<DataSpec> data;    ///< as in MeasureParams
    std::vector<TensorInfo> inputs;  ///< as in OpenModelParams
    Recipe recipe;
    std::vector<std::string> against;         ///< names of EngineInfo::contestants, or "all"
    std::optional<DataSpec> calib_data = {};  ///< as in MeasureParams
};

/// "variant.train" -> VariantResult (recipe.trained_weights and calibration filled in). A job with training
/// points. `validation` absent: the same source's test split where it has one, else `train`.
struct TrainParams {
    std::string model;
    DataSpec train;
    std::optional<DataSpec> validation;
    Recipe recipe;                            ///< recipe.qat must be set
    std::string weights_path;                 ///< where to write the trained weights (.qsw)
    std::vector<TensorInfo> inputs = {};      ///< as in OpenModelParams
    std::optional<DataSpec> calib_data = {};  ///< absent: calibrates on `train`
};

/// "variant.export" -> ExportResult. A job. Failure where `path` exists and `replace` is false.
struct ExportParams {
    std::string model;
    std::optional<DataSpec> data;  ///< needed where the recipe has no calibration
    Recipe recipe;
    std::string path;
    std::vector<TensorInfo> inputs = {};      ///< as in OpenModelParams
    std::optional<DataSpec> calib_data = {};  ///< as in MeasureParams
    std::string target = {};                  ///< a name of EngineInfo::targets; empty: by the extension
    int opset = 0;                            ///< of ONNX; 0: the target's default
    bool preprocessing_inside = false;        ///< scaling and normalization become part of the network
    bool replace = false;                     ///< whether what has the name already may be replaced
};
struct ExportResult {
    std::string path;
    std::string target;
    int64_t bytes = 0;                       ///< of all files
    std::vector<std::string> files = {};     ///< paths, the main one first
    std::vector<std::string> notes = {};     ///< what a person must know about the file
    std::vector<std::string> commands = {};  ///< what to do with it next
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

/// How far one output of the file is from the engine's, over all samples.
struct OutputDifference {
    std::string name;
    double worst = 0;  ///< largest absolute difference
    double mean = 0;   ///< mean absolute difference
    /// 10 log10(sum e^2 / sum (e - f)^2) of the engine's values e and the file's f; absent: equal.
    std::optional<double> sqnr_db;
};

/// How far one integer layer of the file is from the engine's, in steps of the layer's own grid (LSB), both
/// fed what the file's layer gets on the samples. `op` "quantize": the quantized result of a float layer.
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
};

/// Notification "$/progress"
struct ProgressNote {
    int64_t id = 0;  ///< of the request
    int64_t done = 0;
    int64_t total = 0;
    std::string message;
    double eta_s = -1;
};
/// Notification "$/training"
struct TrainingNote {
    int64_t id = 0;
    CurvePoint point;
};
/// Notification "$/cancelRequest"
struct CancelParams {
    int64_t id = 0;
};

}  // namespace qs::protocol
