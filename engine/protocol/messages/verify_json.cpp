#include "protocol/messages/verify.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<OutputDifference> auto& v) {
    visit("name", v.name);
    visit("worst", v.worst);
    visit("mean", v.mean);
    visit("sqnr_db", v.sqnr_db);
}

void members(auto& visit, codec::Is<LayerDifference> auto& v) {
    visit("name", v.name);
    visit("op", v.op);
    visit("scale", v.scale);
    visit("values", v.values);
    visit("worst_lsb", v.worst_lsb);
    visit("mean_lsb", v.mean_lsb);
    visit("within_one_percent", v.within_one_percent);
    visit("passed", v.passed);
}

void members(auto& visit, codec::Is<Departure> auto& v) {
    visit("kind", v.kind);
    visit("difference", v.difference);
    visit("differing_percent", v.differing_percent);
    visit("computed_by", v.computed_by);
    visit("agrees_up_to", v.agrees_up_to);
    visit("unseen", v.unseen);
}

void members(auto& visit, codec::Is<VerifyResult> auto& v) {
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
    visit("departures", v.departures);
}

void members(auto& visit, codec::Is<VerifyParams> auto& v) {
    visit("file", v.file);
    visit("model", v.model);
    visit("data", v.data);
    visit("inputs", v.inputs);
    visit("recipe", v.recipe);
    visit("runtime", v.runtime);
    visit("samples", v.samples);
    visit("layer_samples", v.layer_samples);
}

QS_DEFINE_JSON(OutputDifference)
QS_DEFINE_JSON(LayerDifference)
QS_DEFINE_JSON(Departure)
QS_DEFINE_JSON(VerifyResult)
QS_DEFINE_JSON(VerifyParams)

}  // namespace qs::protocol
