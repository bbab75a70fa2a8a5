#include "protocol/messages/comparison.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<ComparisonRow> auto& v) {
    visit("name", v.name);
    visit("description", v.description);
    visit("version", v.version);
    visit("median_ms", v.median_ms);
    visit("p10_ms", v.p10_ms);
    visit("p90_ms", v.p90_ms);
    visit("ratio", v.ratio);
    visit("ratio_low", v.ratio_low);
    visit("ratio_high", v.ratio_high);
    visit("prepare_ms", v.prepare_ms);
    visit("note", v.note);
}

void members(auto& visit, codec::Is<ComparisonResult> auto& v) {
    visit("rows", v.rows);
    visit("clock", v.clock);
    visit("notes", v.notes);
    visit("measured", v.measured);
}

void members(auto& visit, codec::Is<CompareParams> auto& v) {
    visit("variant", v.variant);
    visit("against", v.against);
}

QS_DEFINE_JSON(ComparisonRow)
QS_DEFINE_JSON(ComparisonResult)
QS_DEFINE_JSON(CompareParams)

}  // namespace qs::protocol
