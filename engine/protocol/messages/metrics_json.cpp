#include "protocol/messages/metrics.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<MetricValue> auto& v) {
    visit("metric", v.metric);
    visit("output", v.output);
    visit("unit", v.unit);
    visit("value", v.value);
    visit("low", v.low);
    visit("high", v.high);
    visit("samples", v.samples);
}

void members(auto& visit, codec::Is<MetricDrop> auto& v) {
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

void members(auto& visit, codec::Is<ClassResult> auto& v) {
    visit("index", v.index);
    visit("name", v.name);
    visit("samples", v.samples);
    visit("value", v.value);
    visit("low", v.low);
    visit("high", v.high);
}

void members(auto& visit, codec::Is<Confusion> auto& v) {
    visit("label", v.label);
    visit("predicted", v.predicted);
    visit("count", v.count);
}

void members(auto& visit, codec::Is<ClassReport> auto& v) {
    visit("metric", v.metric);
    visit("classes", v.classes);
    visit("confusions", v.confusions);
    visit("confusions_left_out", v.confusions_left_out);
    visit("confusions_counted", v.confusions_counted);
}

QS_DEFINE_JSON(MetricValue)
QS_DEFINE_JSON(MetricDrop)
QS_DEFINE_JSON(ClassResult)
QS_DEFINE_JSON(Confusion)
QS_DEFINE_JSON(ClassReport)

}  // namespace qs::protocol
