#pragma once

#include <c10/util/Optional.h>

#include <optional>

#include "ops/aten_args.h"

namespace qs {

/// Opens an upsampling of images: attributes output_size (h, w), and scales (h, w) where the operator gives
/// them, by which it then finds its source pixels. Both forms are covered: an output size with single scales
/// from position `scales`, or (".vec") an output size or scale factors as a list.
std::optional<OpenedOp> openUpsample(const AtenArgs& args, size_t scales);

/// The attribute's scale of axis 0 (h) or 1 (w).
c10::optional<double> upsampleScale(const Attributes& attrs, size_t axis);

}  // namespace qs
