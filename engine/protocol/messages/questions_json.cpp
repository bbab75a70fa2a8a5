#include "protocol/messages/questions.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<PreviewParams> auto& v) {
    visit("model", v.model);
    visit("rules", v.rules);
}

void members(auto& visit, codec::Is<LayerQConfig> auto& v) {
    visit("name", v.name);
    visit("rule", v.rule);
    visit("qconfig", v.qconfig);
    visit("precision", v.precision);
    visit("reason", v.reason);
    visit("inherited", v.inherited);
    visit("inherited_rule", v.inherited_rule);
}

void members(auto& visit, codec::Is<RuleProblem> auto& v) {
    visit("rule", v.rule);
    visit("key", v.key);
    visit("message", v.message);
}

void members(auto& visit, codec::Is<QConfigPreview> auto& v) {
    visit("layers", v.layers);
    visit("problems", v.problems);
}

void members(auto& visit, codec::Is<HistogramParams> auto& v) {
    visit("variant", v.variant);
    visit("layer", v.layer);
    visit("which", v.which);
    visit("channel", v.channel);
    visit("bins", v.bins);
}

void members(auto& visit, codec::Is<LayerHistogram> auto& v) {
    visit("layer", v.layer);
    visit("which", v.which);
    visit("channel", v.channel);
    visit("channels", v.channels);
    visit("low", v.low);
    visit("high", v.high);
    visit("counts", v.counts);
    visit("values", v.values);
    visit("not_finite", v.not_finite);
    visit("grid", v.grid);
}

QS_DEFINE_JSON(PreviewParams)
QS_DEFINE_JSON(LayerQConfig)
QS_DEFINE_JSON(RuleProblem)
QS_DEFINE_JSON(QConfigPreview)
QS_DEFINE_JSON(HistogramParams)
QS_DEFINE_JSON(LayerHistogram)

}  // namespace qs::protocol
