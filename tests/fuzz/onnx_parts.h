#pragma once

#include <onnx/onnx_pb.h>

#include "fuzz/random.h"

namespace qs::test {

/// One field of an attribute: its value to an extreme of its type, its lists emptied, longer or shorter, its
/// type, its name.
void mutateAttribute(onnx::AttributeProto& attribute, Random& random);

/// Dimensions against data, data against type, values to NaN or extremes, external places.
void mutateTensor(onnx::TensorProto& tensor, Random& random);

/// Element type, rank, extents and names of axes.
void mutateValueInfo(onnx::ValueInfoProto& value, Random& random);

}  // namespace qs::test
