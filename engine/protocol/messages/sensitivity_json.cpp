#include "protocol/json_codec.h"
#include "protocol/messages/sensitivity.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<Effect> auto& v) {
    visit("value", v.value);
    visit("low", v.low);
    visit("high", v.high);
}

void members(auto& visit, codec::Is<LayerEffects> auto& v) {
    visit("noise_percent", v.noise_percent);
    visit("kl", v.kl);
    visit("loss", v.loss);
    visit("metric", v.metric);
}

void members(auto& visit, codec::Is<LayerSensitivity> auto& v) {
    visit("layer", v.layer);
    visit("rank", v.rank);
    visit("alone", v.alone);
    visit("restored", v.restored);
}

void members(auto& visit, codec::Is<SensitivityResult> auto& v) {
    visit("ranked", v.ranked);
    visit("metric", v.metric);
    visit("variant", v.variant);
    visit("layers", v.layers);
    visit("notes", v.notes);
    visit("skipped", v.skipped);
    visit("measured", v.measured);
}

void members(auto& visit, codec::Is<SensitivityParams> auto& v) {
    visit("variant", v.variant);
    visit("ranked", v.ranked);
}

QS_DEFINE_JSON(Effect)
QS_DEFINE_JSON(LayerEffects)
QS_DEFINE_JSON(LayerSensitivity)
QS_DEFINE_JSON(SensitivityResult)
QS_DEFINE_JSON(SensitivityParams)

}  // namespace qs::protocol
