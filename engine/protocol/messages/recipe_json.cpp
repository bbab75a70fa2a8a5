#include "protocol/messages/recipe.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<QatSettings> auto& v) {
    visit("epochs", v.epochs);
    visit("learning_rate", v.learning_rate);
    visit("momentum", v.momentum);
    visit("weight_decay", v.weight_decay);
    visit("batch", v.batch);
    visit("train_samples", v.train_samples);
    visit("validation_samples", v.validation_samples);
    visit("seed", v.seed);
}

void members(auto& visit, codec::Is<TensorQParams> auto& v) {
    visit("value", v.value);
    visit("dtype", v.dtype);
    visit("scale", v.scale);
    visit("zero_point", v.zero_point);
    visit("quant_min", v.quant_min);
    visit("quant_max", v.quant_max);
    visit("grid", v.grid);
}

void members(auto& visit, codec::Is<LayerChange> auto& v) {
    visit("layer", v.layer);
    visit("bias", v.bias);
}

void members(auto& visit, codec::Is<Algorithm> auto& v) {
    visit("name", v.name);
    visit("parameters", v.parameters);
    visit("layers", v.layers);
}

void members(auto& visit, codec::Is<Recipe> auto& v) {
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
    visit("algorithms", v.algorithms);
}

QS_DEFINE_JSON(QatSettings)
QS_DEFINE_JSON(TensorQParams)
QS_DEFINE_JSON(LayerChange)
QS_DEFINE_JSON(Algorithm)
QS_DEFINE_JSON(Recipe)

}  // namespace qs::protocol
