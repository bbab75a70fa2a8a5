#include "protocol/messages/data.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<Preprocessing> auto& v) {
    visit("resize", v.resize);
    visit("crop", v.crop);
    visit("mean", v.mean);
    visit("std", v.std);
    visit("channels", v.channels);
    visit("resize_to", v.resize_to);
    visit("crop_to", v.crop_to);
    visit("interpolation", v.interpolation);
    visit("color_order", v.color_order);
    visit("scale", v.scale);
    visit("layout", v.layout);
}

void members(auto& visit, codec::Is<TensorInfo> auto& v) {
    visit("name", v.name);
    visit("dtype", v.dtype);
    visit("shape", v.shape);
}

void members(auto& visit, codec::Is<DataSpec> auto& v) {
    visit("source", v.source);
    visit("preprocessing", v.preprocessing);
    visit("labels", v.labels);
}

void members(auto& visit, codec::Is<DataInfo> auto& v) {
    visit("source", v.source);
    visit("samples", v.samples);
    visit("labelled", v.labelled);
    visit("classes", v.classes);
    visit("inputs", v.inputs);
    visit("skipped", v.skipped);
    visit("preprocessing", v.preprocessing);
    visit("note", v.note);
    visit("label_shape", v.label_shape);
    visit("calibration_source", v.calibration_source);
}

QS_DEFINE_JSON(Preprocessing)
QS_DEFINE_JSON(TensorInfo)
QS_DEFINE_JSON(DataSpec)
QS_DEFINE_JSON(DataInfo)

}  // namespace qs::protocol
