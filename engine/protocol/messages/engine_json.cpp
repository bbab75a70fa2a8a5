#include "protocol/messages/engine.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<EntryInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
}

void members(auto& visit, codec::Is<MetricInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("unit", v.unit);
    visit("needs_labels", v.needs_labels);
    visit("compares_with_fp32", v.compares_with_fp32);
    visit("automatic", v.automatic);
}

void members(auto& visit, codec::Is<TargetInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("extension", v.extension);
    visit("is_default", v.is_default);
    visit("runtime", v.runtime);
    visit("opset", v.opset);
    visit("newest_opset", v.newest_opset);
}

void members(auto& visit, codec::Is<ParameterInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("default_value", v.default_value);
    visit("least", v.least);
    visit("greatest", v.greatest);
}

void members(auto& visit, codec::Is<ObserverInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("parameters", v.parameters);
}

void members(auto& visit, codec::Is<AlgorithmInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("parameters", v.parameters);
    visit("stage", v.stage);
}

void members(auto& visit, codec::Is<PresetInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("qconfig", v.qconfig);
}

void members(auto& visit, codec::Is<ModeInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("quantizes_activations", v.quantizes_activations);
    visit("quantizes_weights", v.quantizes_weights);
}

void members(auto& visit, codec::Is<ChoiceInfo> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("activation_refusal", v.activation_refusal);
    visit("weight_refusal", v.weight_refusal);
}

void members(auto& visit, codec::Is<RefusedMember> auto& v) {
    visit("member", v.member);
    visit("value", v.value);
    visit("reason", v.reason);
}

void members(auto& visit, codec::Is<DTypeChoice> auto& v) {
    visit("choice", v.choice);
    visit("bits", v.bits);
    visit("least", v.least);
    visit("greatest", v.greatest);
    visit("refused", v.refused);
}

void members(auto& visit, codec::Is<EngineInfo> auto& v) {
    visit("protocol_version", v.protocol_version);
    visit("engine_version", v.engine_version);
    visit("torch_version", v.torch_version);
    visit("onednn_version", v.onednn_version);
    visit("cpu", v.cpu);
    visit("isa", v.isa);
    visit("cores", v.cores);
    visit("notes", v.notes);
    visit("presets", v.presets);
    visit("modes", v.modes);
    visit("schemes", v.schemes);
    visit("granularities", v.granularities);
    visit("dtypes", v.dtypes);
    visit("observers", v.observers);
    visit("data_formats", v.data_formats);
    visit("targets", v.targets);
    visit("metrics", v.metrics);
    visit("backends", v.backends);
    visit("contestants", v.contestants);
    visit("file_runtimes", v.file_runtimes);
    visit("sandbox", v.sandbox);
    visit("algorithms", v.algorithms);
}

QS_DEFINE_JSON(EntryInfo)
QS_DEFINE_JSON(MetricInfo)
QS_DEFINE_JSON(ParameterInfo)
QS_DEFINE_JSON(ObserverInfo)
QS_DEFINE_JSON(AlgorithmInfo)
QS_DEFINE_JSON(PresetInfo)
QS_DEFINE_JSON(ModeInfo)
QS_DEFINE_JSON(ChoiceInfo)
QS_DEFINE_JSON(RefusedMember)
QS_DEFINE_JSON(DTypeChoice)
QS_DEFINE_JSON(TargetInfo)
QS_DEFINE_JSON(EngineInfo)

}  // namespace qs::protocol
