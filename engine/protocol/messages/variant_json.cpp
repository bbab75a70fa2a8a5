#include "protocol/messages/variant.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<LayerResult> auto& v) {
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
    visit("local_sqnr_db", v.local_sqnr_db);
    visit("output_error_percent", v.output_error_percent);
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
    visit("restore_uncertainty_ms", v.restore_uncertainty_ms);
    visit("compute", v.compute);
    visit("reason", v.reason);
}

void members(auto& visit, codec::Is<ModelResult> auto& v) {
    visit("top1", v.top1);
    visit("latency_ms", v.latency_ms);
    visit("latency_p10_ms", v.latency_p10_ms);
    visit("latency_p90_ms", v.latency_p90_ms);
    visit("model_bytes", v.model_bytes);
    visit("metrics", v.metrics);
    visit("classes", v.classes);
}

void members(auto& visit, codec::Is<CurvePoint> auto& v) {
    visit("epoch", v.epoch);
    visit("step", v.step);
    visit("loss", v.loss);
    visit("validation_top1", v.validation_top1);
}

void members(auto& visit, codec::Is<ChangedLayer> auto& v) {
    visit("layer", v.layer);
    visit("bias_change", v.bias_change);
}

void members(auto& visit, codec::Is<AlgorithmResult> auto& v) {
    visit("name", v.name);
    visit("layers", v.layers);
}

void members(auto& visit, codec::Is<VariantResult> auto& v) {
    visit("recipe", v.recipe);
    visit("layers", v.layers);
    visit("boundaries", v.boundaries);
    visit("fp32", v.fp32);
    visit("variant", v.variant, "int8");
    visit("accuracy_drop", v.accuracy_drop);
    visit("speedup", v.speedup);
    visit("speedup_low", v.speedup_low);
    visit("speedup_high", v.speedup_high);
    visit("machine_busy", v.machine_busy);
    visit("agreement", v.agreement);
    visit("curve", v.curve);
    visit("skipped", v.skipped);
    visit("notes", v.notes);
    visit("measured", v.measured);
    visit("drop", v.drop);
    visit("peaks", v.peaks);
    visit("profile", v.profile);
    visit("findings", v.findings);
    visit("algorithms", v.algorithms);
}

void members(auto& visit, codec::Is<TrainParams> auto& v) {
    visit("variant", v.variant);
    visit("validation", v.validation);
    visit("weights_path", v.weights_path);
}

QS_DEFINE_JSON(LayerResult)
QS_DEFINE_JSON(ModelResult)
QS_DEFINE_JSON(CurvePoint)
QS_DEFINE_JSON(ChangedLayer)
QS_DEFINE_JSON(AlgorithmResult)
QS_DEFINE_JSON(VariantResult)
QS_DEFINE_JSON(TrainParams)

}  // namespace qs::protocol
