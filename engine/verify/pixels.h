#pragma once

#include <ATen/core/Tensor.h>

#include "protocol/messages.h"

namespace qs {

/// The pixels that became `images` by `preprocessing`, whose fields are set: N x C x H x W, 0..255, in RGB
/// order, as a network with its preprocessing inside takes them. x = (p * scale - mean) / std is undone, and
/// what is within rounding errors of a whole pixel value becomes that value.
at::Tensor pixelsOf(const at::Tensor& images, const protocol::Preprocessing& preprocessing);

}  // namespace qs
