#include "protocol/messages/export.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<ExportParams> auto& v) {
    visit("variant", v.variant);
    visit("path", v.path);
    visit("target", v.target);
    visit("opset", v.opset);
    visit("preprocessing_inside", v.preprocessing_inside);
    visit("replace", v.replace);
}

void members(auto& visit, codec::Is<ExportResult> auto& v) {
    visit("path", v.path);
    visit("target", v.target);
    visit("bytes", v.bytes);
    visit("files", v.files);
    visit("notes", v.notes);
    visit("commands", v.commands);
}

QS_DEFINE_JSON(ExportParams)
QS_DEFINE_JSON(ExportResult)

}  // namespace qs::protocol
