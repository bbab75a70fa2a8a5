#pragma once

#include <string_view>

#include "importers/torchscript/pickle.h"
#include "importers/torchscript/pickled_tensors.h"

namespace qs {

/// Whether a class of LibTorch's own ("__torch__.torch.classes.quantized.Conv2dPackedParamsBase", or with a
/// newline before the last part, as pickles write it) holds packed parameters of a quantized layer; the
/// others have nothing to do in a model file.
bool isPackedClass(std::string_view name);

/// Whether a class or a module of classes ("__torch__.torch.ao.nn.quantized.modules.conv.Conv2d") has a name
/// of PyTorch's own quantized layers. They restore themselves by code when they are loaded. Names can be
/// forged.
bool isQuantizedModule(std::string_view name);

/// Whether an object's state is one that LibTorch can pack: geometry of a convolution that exists (groups
/// that divide the channels, strides and dilations above 0), weights and biases of sizes that fit. LibTorch
/// divides by the groups without a look. Objects that pack nothing are sound. The tensors inside must be
/// sound.
Status checkPackedState(const PickleValue& object, const TensorRecords& records);

}  // namespace qs
