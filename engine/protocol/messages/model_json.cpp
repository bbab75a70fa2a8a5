#include "protocol/messages/model.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<LayerInfo> auto& v) {
    visit("name", v.name);
    visit("op", v.op);
    visit("fused", v.fused);
    visit("output_shape", v.output_shape);
    visit("parameters", v.parameters);
    visit("macs", v.macs);
    visit("quantizable", v.quantizable);
}

void members(auto& visit, codec::Is<ModelInfo> auto& v) {
    visit("path", v.path);
    visit("format", v.format);
    visit("inputs", v.inputs);
    visit("outputs", v.outputs);
    visit("batch", v.batch);
    visit("notes", v.notes);
    visit("classes", v.classes);
    visit("parameters", v.parameters);
    visit("macs", v.macs);
    visit("model_bytes", v.model_bytes);
    visit("layers", v.layers);
    visit("recipe", v.recipe);
}

void members(auto& visit, codec::Is<OpenModelParams> auto& v) {
    visit("model", v.model);
    visit("data", v.data);
    visit("inputs", v.inputs);
}

QS_DEFINE_JSON(LayerInfo)
QS_DEFINE_JSON(ModelInfo)
QS_DEFINE_JSON(OpenModelParams)

}  // namespace qs::protocol
