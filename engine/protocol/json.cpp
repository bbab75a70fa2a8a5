#include "protocol/json.h"

#include <concepts>
#include <type_traits>

#include "protocol/json_codec.h"

namespace qs::protocol {

using nlohmann::json;

namespace {

// ---- one list of members a struct, read and written alike

/// S or const S.
template <typename T, typename S>
concept Is = std::same_as<std::remove_const_t<T>, S>;

void members(auto& visit, Is<Preprocessing> auto& v) {
    visit("resize", v.resize);
    visit("crop", v.crop);
    visit("mean", v.mean);
    visit("std", v.std);
    visit("channels", v.channels);
    visit("resize_to", v.resize_to);
    visit("crop_to", v.crop_to);
    visit("interpolation", v.interpolation);
    visit("color_order", v.color_order);
    visit("scale", v.scale);
    visit("layout", v.layout);
}

void members(auto& visit, Is<TensorInfo> auto& v) {
    visit("name", v.name);
    visit("dtype", v.dtype);
    visit("shape", v.shape);
}

void members(auto& visit, Is<DataSpec> auto& v) {
    visit("source", v.source);
    visit("preprocessing", v.preprocessing);
    visit("labels", v.labels);
}

void members(auto& visit, Is<DataInfo> auto& v) {
    visit("source", v.source);
    visit("samples", v.samples);
    visit("labelled", v.labelled);
    visit("classes", v.classes);
    visit("inputs", v.inputs);
    visit("skipped", v.skipped);
    visit("preprocessing", v.preprocessing);
    visit("note", v.note);
    visit("label_shape", v.label_shape);
    visit("calibration_source", v.calibration_source);
}

void members(auto& visit, Is<LayerInfo> auto& v) {
    visit("name", v.name);
    visit("op", v.op);
    visit("fused", v.fused);
    visit("output_shape", v.output_shape);
    visit("parameters", v.parameters);
    visit("macs", v.macs);
    visit("quantizable", v.quantizable);
}

void members(auto& visit, Is<Rule> auto& v) {
    visit("match", v.match);
    visit("key", v.key);
    visit("qconfig", v.qconfig);
}

void members(auto& visit, Is<QatSettings> auto& v) {
    visit("epochs", v.epochs);
    visit("learning_rate", v.learning_rate);
    visit("momentum", v.momentum);
    visit("weight_decay", v.weight_decay);
    visit("batch", v.batch);
    visit("train_samples", v.train_samples);
    visit("validation_samples", v.validation_samples);
    visit("seed", v.seed);
}

void members(auto& visit, Is<TensorQParams> auto& v) {
    visit("value", v.value);
    visit("dtype", v.dtype);
    visit("scale", v.scale);
    visit("zero_point", v.zero_point);
    visit("quant_min", v.quant_min);
    visit("quant_max", v.quant_max);
}

void members(auto& visit, Is<Recipe> auto& v) {
    visit("rules", v.rules);
    visit("calib_samples", v.calib_samples);
    visit("eval_samples", v.eval_samples);
    visit("batch", v.batch);
    visit("threads", v.threads);
    visit("latency_runs", v.latency_runs);
    visit("latency_warmup", v.latency_warmup);
    visit("qat", v.qat);
    visit("trained_weights", v.trained_weights);
    visit("calibration", v.calibration);
    visit("metric", v.metric);
    visit("seed", v.seed);
    visit("backend", v.backend);
}

void members(auto& visit, Is<ModelInfo> auto& v) {
    visit("path", v.path);
    visit("format", v.format);
    visit("inputs", v.inputs);
    visit("outputs", v.outputs);
    visit("batch", v.batch);
    visit("notes", v.notes);
    visit("classes", v.classes);
    visit("parameters", v.parameters);
    visit("macs", v.macs);
    visit("model_bytes", v.model_bytes);
    visit("layers", v.layers);
    visit("recipe", v.recipe);
}

void members(auto& visit, Is<LayerResult> auto& v) {
    visit("name", v.name);
    visit("op", v.op);
    visit("fused", v.fused);
    visit("output_shape", v.output_shape);
    visit("parameters", v.parameters);
    visit("macs", v.macs);
    visit("precision", v.precision);
    visit("qconfig", v.qconfig);
    visit("rule", v.rule);
    visit("sqnr_db", v.sqnr_db);
    visit("cosine", v.cosine);
    visit("mse", v.mse);
    visit("fp32_ms", v.fp32_ms);
    visit("variant_ms", v.variant_ms, "int8_ms");
    visit("implementation", v.implementation);
    visit("fp32_implementation", v.fp32_implementation);
    visit("refusals", v.refusals);
    visit("fp32_spread_ms", v.fp32_spread_ms);
    visit("variant_spread_ms", v.variant_spread_ms, "int8_spread_ms");
    visit("gmacs_per_s", v.gmacs_per_s);
    visit("peak_percent", v.peak_percent);
    visit("bytes", v.bytes);
    visit("bound", v.bound);
    visit("restore_ms", v.restore_ms);
}

void members(auto& visit, Is<BoundaryResult> auto& v) {
    visit("name", v.name);
    visit("op", v.op);
    visit("variant_ms", v.variant_ms, "int8_ms");
    visit("bytes", v.bytes);
}

void members(auto& visit, Is<MachinePeaks> auto& v) {
    visit("int8_gmacs_per_s", v.int8_gmacs_per_s);
    visit("fp32_gmacs_per_s", v.fp32_gmacs_per_s);
    visit("memory_gb_per_s", v.memory_gb_per_s);
    visit("cache_gb_per_s", v.cache_gb_per_s);
    visit("threads", v.threads);
    visit("bf16_gmacs_per_s", v.bf16_gmacs_per_s);
}

void members(auto& visit, Is<ProfileSummary> auto& v) {
    visit("layers_ms", v.layers_ms);
    visit("boundaries_ms", v.boundaries_ms);
    visit("other_ms", v.other_ms);
    visit("total_ms", v.total_ms);
    visit("overhead_ms", v.overhead_ms);
    visit("quantizes", v.quantizes);
    visit("dequantizes", v.dequantizes);
    visit("reorders", v.reorders);
    visit("arena_bytes", v.arena_bytes);
    visit("live_bytes", v.live_bytes);
    visit("prepare_ms", v.prepare_ms);
    visit("energy_mj", v.energy_mj);
    visit("energy_note", v.energy_note);
}

void members(auto& visit, Is<Finding> auto& v) {
    visit("rule", v.rule);
    visit("layer", v.layer);
    visit("message", v.message);
    visit("remedy", v.remedy);
    visit("arguments", v.arguments);
    visit("saving_ms", v.saving_ms);
}

void members(auto& visit, Is<MetricValue> auto& v) {
    visit("metric", v.metric);
    visit("output", v.output);
    visit("unit", v.unit);
    visit("value", v.value);
    visit("low", v.low);
    visit("high", v.high);
    visit("samples", v.samples);
}

void members(auto& visit, Is<MetricDrop> auto& v) {
    visit("metric", v.metric);
    visit("unit", v.unit);
    visit("value", v.value);
    visit("low", v.low);
    visit("high", v.high);
    visit("samples", v.samples);
    visit("only_fp32", v.only_fp32);
    visit("only_variant", v.only_variant, "only_int8");
    visit("distinguishable", v.distinguishable);
}

void members(auto& visit, Is<ClassResult> auto& v) {
    visit("index", v.index);
    visit("name", v.name);
    visit("samples", v.samples);
    visit("value", v.value);
    visit("low", v.low);
    visit("high", v.high);
}

void members(auto& visit, Is<Confusion> auto& v) {
    visit("label", v.label);
    visit("predicted", v.predicted);
    visit("count", v.count);
}

void members(auto& visit, Is<ClassReport> auto& v) {
    visit("metric", v.metric);
    visit("classes", v.classes);
    visit("confusions", v.confusions);
    visit("confusions_left_out", v.confusions_left_out);
    visit("confusions_counted", v.confusions_counted);
}

void members(auto& visit, Is<ModelResult> auto& v) {
    visit("top1", v.top1);
    visit("latency_ms", v.latency_ms);
    visit("latency_p10_ms", v.latency_p10_ms);
    visit("latency_p90_ms", v.latency_p90_ms);
    visit("model_bytes", v.model_bytes);
    visit("metrics", v.metrics);
    visit("classes", v.classes);
}

void members(auto& visit, Is<CurvePoint> auto& v) {
    visit("epoch", v.epoch);
    visit("step", v.step);
    visit("loss", v.loss);
    visit("validation_top1", v.validation_top1);
}

void members(auto& visit, Is<Measurement> auto& v) {
    visit("data", v.data);
    visit("samples", v.samples);
    visit("calib_samples", v.calib_samples);
    visit("error_samples", v.error_samples);
    visit("cpu", v.cpu);
    visit("isa", v.isa);
    visit("threads", v.threads);
    visit("latency_runs", v.latency_runs);
    visit("seed", v.seed);
    visit("calib_data", v.calib_data);
    visit("batch", v.batch);
}

void members(auto& visit, Is<VariantResult> auto& v) {
    visit("recipe", v.recipe);
    visit("layers", v.layers);
    visit("boundaries", v.boundaries);
    visit("fp32", v.fp32);
    visit("variant", v.variant, "int8");
    visit("accuracy_drop", v.accuracy_drop);
    visit("speedup", v.speedup);
    visit("agreement", v.agreement);
    visit("curve", v.curve);
    visit("skipped", v.skipped);
    visit("notes", v.notes);
    visit("measured", v.measured);
    visit("drop", v.drop);
    visit("peaks", v.peaks);
    visit("profile", v.profile);
    visit("findings", v.findings);
}

void members(auto& visit, Is<ComparisonRow> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("version", v.version);
    visit("median_ms", v.median_ms);
    visit("p10_ms", v.p10_ms);
    visit("p90_ms", v.p90_ms);
    visit("ratio", v.ratio);
    visit("prepare_ms", v.prepare_ms);
    visit("note", v.note);
}

void members(auto& visit, Is<ComparisonResult> auto& v) {
    visit("rows", v.rows);
    visit("clock", v.clock);
    visit("notes", v.notes);
    visit("measured", v.measured);
}

void members(auto& visit, Is<EntryInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
}

void members(auto& visit, Is<MetricInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("unit", v.unit);
    visit("needs_labels", v.needs_labels);
    visit("compares_with_fp32", v.compares_with_fp32);
    visit("automatic", v.automatic);
}

void members(auto& visit, Is<TargetInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("extension", v.extension);
    visit("is_default", v.is_default);
    visit("runtime", v.runtime);
    visit("opset", v.opset);
    visit("newest_opset", v.newest_opset);
}

void members(auto& visit, Is<EngineInfo> auto& v) {
    visit("protocol_version", v.protocol_version);
    visit("engine_version", v.engine_version);
    visit("torch_version", v.torch_version);
    visit("onednn_version", v.onednn_version);
    visit("cpu", v.cpu);
    visit("isa", v.isa);
    visit("cores", v.cores);
    visit("notes", v.notes);
    visit("presets", v.presets);
    visit("observers", v.observers);
    visit("data_formats", v.data_formats);
    visit("targets", v.targets);
    visit("metrics", v.metrics);
    visit("backends", v.backends);
    visit("contestants", v.contestants);
    visit("file_runtimes", v.file_runtimes);
    visit("sandbox", v.sandbox);
}

void members(auto& visit, Is<OpenModelParams> auto& v) {
    visit("model", v.model);
    visit("data", v.data);
    visit("inputs", v.inputs);
}

void members(auto& visit, Is<MeasureParams> auto& v) {
    visit("model", v.model);
    visit("data", v.data);
    visit("inputs", v.inputs);
    visit("recipe", v.recipe);
    visit("calib_data", v.calib_data);
}

void members(auto& visit, Is<CompareParams> auto& v) {
    visit("model", v.model);
    visit("data", v.data);
    visit("inputs", v.inputs);
    visit("recipe", v.recipe);
    visit("against", v.against);
    visit("calib_data", v.calib_data);
}

void members(auto& visit, Is<TrainParams> auto& v) {
    visit("model", v.model);
    visit("train", v.train);
    visit("validation", v.validation);
    visit("recipe", v.recipe);
    visit("weights_path", v.weights_path);
    visit("inputs", v.inputs);
    visit("calib_data", v.calib_data);
}

void members(auto& visit, Is<ExportParams> auto& v) {
    visit("model", v.model);
    visit("data", v.data);
    visit("recipe", v.recipe);
    visit("path", v.path);
    visit("inputs", v.inputs);
    visit("calib_data", v.calib_data);
    visit("target", v.target);
    visit("opset", v.opset);
    visit("preprocessing_inside", v.preprocessing_inside);
    visit("replace", v.replace);
}

void members(auto& visit, Is<ExportResult> auto& v) {
    visit("path", v.path);
    visit("target", v.target);
    visit("bytes", v.bytes);
    visit("files", v.files);
    visit("notes", v.notes);
    visit("commands", v.commands);
}

void members(auto& visit, Is<VerifyParams> auto& v) {
    visit("file", v.file);
    visit("model", v.model);
    visit("data", v.data);
    visit("inputs", v.inputs);
    visit("recipe", v.recipe);
    visit("runtime", v.runtime);
    visit("samples", v.samples);
    visit("layer_samples", v.layer_samples);
}

void members(auto& visit, Is<OutputDifference> auto& v) {
    visit("name", v.name);
    visit("worst", v.worst);
    visit("mean", v.mean);
    visit("sqnr_db", v.sqnr_db);
}

void members(auto& visit, Is<LayerDifference> auto& v) {
    visit("name", v.name);
    visit("op", v.op);
    visit("scale", v.scale);
    visit("values", v.values);
    visit("worst_lsb", v.worst_lsb);
    visit("mean_lsb", v.mean_lsb);
    visit("within_one_percent", v.within_one_percent);
    visit("passed", v.passed);
}

void members(auto& visit, Is<VerifyResult> auto& v) {
    visit("passed", v.passed);
    visit("verdict", v.verdict);
    visit("runtime", v.runtime);
    visit("runtime_version", v.runtime_version);
    visit("target", v.target);
    visit("samples", v.samples);
    visit("engine_top1", v.engine_top1);
    visit("file_top1", v.file_top1);
    visit("agreement", v.agreement);
    visit("outputs", v.outputs);
    visit("layers", v.layers);
    visit("first_layer_out", v.first_layer_out);
    visit("engine_ms", v.engine_ms);
    visit("file_ms", v.file_ms);
    visit("notes", v.notes);
    visit("agreement_tolerance_percent", v.agreement_tolerance_percent);
    visit("accuracy_tolerance", v.accuracy_tolerance);
    visit("sqnr_tolerance_db", v.sqnr_tolerance_db);
    visit("layer_tolerance_percent", v.layer_tolerance_percent);
    visit("measured", v.measured);
    visit("independent", v.independent);
    visit("missing_layers", v.missing_layers);
    visit("missing_weights", v.missing_weights);
}

void members(auto& visit, Is<ProgressNote> auto& v) {
    visit("id", v.id);
    visit("done", v.done);
    visit("total", v.total);
    visit("message", v.message);
    visit("eta_s", v.eta_s);
}

void members(auto& visit, Is<TrainingNote> auto& v) {
    visit("id", v.id);
    visit("point", v.point);
}

void members(auto& visit, Is<CancelParams> auto& v) {
    visit("id", v.id);
}

template <typename T>
void readObject(const json& source, T& target) {
    if (!source.is_object()) {
        codec::wrongType("an object", source);
    }
    target = T();
    codec::Reader reader{source};
    members(reader, target);
}

template <typename T>
void writeObject(json& target, const T& source) {
    target = json::object();
    codec::Writer writer{target};
    members(writer, source);
}

}  // namespace

// NOLINTBEGIN(bugprone-macro-parentheses): a type in a parameter list takes none.
#define QS_DEFINE_JSON(Type)                           \
    void to_json(json& target, const Type& source) {   \
        writeObject(target, source);                   \
    }                                                  \
    void from_json(const json& source, Type& target) { \
        readObject(source, target);                    \
    }
// NOLINTEND(bugprone-macro-parentheses)

QS_DEFINE_JSON(Preprocessing)
QS_DEFINE_JSON(TensorInfo)
QS_DEFINE_JSON(DataSpec)
QS_DEFINE_JSON(DataInfo)
QS_DEFINE_JSON(LayerInfo)
QS_DEFINE_JSON(ModelInfo)
QS_DEFINE_JSON(Rule)
QS_DEFINE_JSON(QatSettings)
QS_DEFINE_JSON(TensorQParams)
QS_DEFINE_JSON(Recipe)
QS_DEFINE_JSON(LayerResult)
QS_DEFINE_JSON(BoundaryResult)
QS_DEFINE_JSON(MachinePeaks)
QS_DEFINE_JSON(ProfileSummary)
QS_DEFINE_JSON(Finding)
QS_DEFINE_JSON(MetricValue)
QS_DEFINE_JSON(MetricDrop)
QS_DEFINE_JSON(ClassResult)
QS_DEFINE_JSON(Confusion)
QS_DEFINE_JSON(ClassReport)
QS_DEFINE_JSON(ModelResult)
QS_DEFINE_JSON(CurvePoint)
QS_DEFINE_JSON(Measurement)
QS_DEFINE_JSON(VariantResult)
QS_DEFINE_JSON(ComparisonRow)
QS_DEFINE_JSON(ComparisonResult)
QS_DEFINE_JSON(EntryInfo)
QS_DEFINE_JSON(MetricInfo)
QS_DEFINE_JSON(TargetInfo)
QS_DEFINE_JSON(EngineInfo)
QS_DEFINE_JSON(OpenModelParams)
QS_DEFINE_JSON(MeasureParams)
QS_DEFINE_JSON(CompareParams)
QS_DEFINE_JSON(TrainParams)
QS_DEFINE_JSON(ExportParams)
QS_DEFINE_JSON(ExportResult)
QS_DEFINE_JSON(VerifyParams)
QS_DEFINE_JSON(OutputDifference)
QS_DEFINE_JSON(LayerDifference)
QS_DEFINE_JSON(VerifyResult)
QS_DEFINE_JSON(ProgressNote)
QS_DEFINE_JSON(TrainingNote)
QS_DEFINE_JSON(CancelParams)

}  // namespace qs::protocol
