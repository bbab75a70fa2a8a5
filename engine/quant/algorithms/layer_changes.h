#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "quant/ptq.h"

namespace qs {

/// What an algorithm chose for a layer, as values: they reproduce it without the data that it saw.
struct LayerChange {
    at::Tensor bias;  ///< float32 [O], of the layer with its batch norm folded in
};

/// By name of the layer.
using LayerChanges = std::map<std::string, LayerChange>;

/// How far a layer was changed.
struct ChangedLayer {
    std::string layer;
    double biasChange = 0;  ///< greatest difference of an element of the bias to what it was
};

/// Makes the changes in the model's weights, in order of its layers; those of layers whose
/// weights are not quantized are left out: they make up for what quantization does. Every layer must be one
/// of the graph's weighted ones, and a bias as long as the layer has output channels.
std::vector<ChangedLayer> applyChanges(PreparedModel& model, const LayerChanges& changes);

}  // namespace qs
