#include "protocol/messages/profile.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<BoundaryResult> auto& v) {
    visit("name", v.name);
    visit("op", v.op);
    visit("variant_ms", v.variant_ms, "int8_ms");
    visit("bytes", v.bytes);
}

void members(auto& visit, codec::Is<MachinePeaks> auto& v) {
    visit("int8_gmacs_per_s", v.int8_gmacs_per_s);
    visit("fp32_gmacs_per_s", v.fp32_gmacs_per_s);
    visit("memory_gb_per_s", v.memory_gb_per_s);
    visit("cache_gb_per_s", v.cache_gb_per_s);
    visit("threads", v.threads);
    visit("bf16_gmacs_per_s", v.bf16_gmacs_per_s);
}

void members(auto& visit, codec::Is<ProfileSummary> auto& v) {
    visit("layers_ms", v.layers_ms);
    visit("boundaries_ms", v.boundaries_ms);
    visit("other_ms", v.other_ms);
    visit("total_ms", v.total_ms);
    visit("overhead_ms", v.overhead_ms);
    visit("quantizes", v.quantizes);
    visit("dequantizes", v.dequantizes);
    visit("requantizes", v.requantizes);
    visit("reorders", v.reorders);
    visit("arena_bytes", v.arena_bytes);
    visit("live_bytes", v.live_bytes);
    visit("prepare_ms", v.prepare_ms);
    visit("energy_mj", v.energy_mj);
    visit("energy_note", v.energy_note);
}

void members(auto& visit, codec::Is<Finding> auto& v) {
    visit("rule", v.rule);
    visit("layer", v.layer);
    visit("message", v.message);
    visit("remedy", v.remedy);
    visit("arguments", v.arguments);
    visit("saving_ms", v.saving_ms);
}

QS_DEFINE_JSON(BoundaryResult)
QS_DEFINE_JSON(MachinePeaks)
QS_DEFINE_JSON(ProfileSummary)
QS_DEFINE_JSON(Finding)

}  // namespace qs::protocol
