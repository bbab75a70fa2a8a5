#pragma once

#include <dnnl.hpp>
#include <string>

#include "core/result.h"
#include "runtime/kernels/weighted_step.h"
#include "runtime/onednn/primitive.h"

namespace qs::runtime::onednn {

// What conv2d, conv_transpose2d and linear share: y = activation(op(x, W) + bias + residual), integer or
// float.

/// Refuses integer steps whose sums oneDNN gets wrong on this processor.
Status checkPairSums(const NodeBuilder& b);

/// Refuses products of bytes up to `largest` and signed ones up to `other` in size where two of them can
/// saturate: without VNNI, u8 * s8 adds pairs in 16 bits.
Status checkPairSum(int64_t largest, int64_t other);

/// Post-operations that keep results within the activation's bounds and, in integers, within the narrower
/// range that reduce_range leaves.
void appendBounds(const NodeBuilder& b, dnnl::post_ops& ops);

/// Behind all others: rounds a product as requantization.h says, where oneDNN would add the zero point of `y`
/// first.
void appendRounding(const QParams& y, dnnl::post_ops& ops);

/// Scales, zero points and post-operations. `channelAxis` is the destination's axis of output channels.
/// Order in oneDNN: (accumulator + bias) * scale, then sum, then eltwise, then zero point, rounding,
/// saturation.
dnnl::primitive_attr weightedAttributes(const NodeBuilder& b, int channelAxis);

/// The destination of `shape`: for `hasAdd` the residual's memory or a copy of it, which the sum post-op
/// reads, or a temporary that addedAfterwards() takes. Refuses a residual of another shape.
Result<Operand> weightedOutput(NodeBuilder& b, const Operand& x, const Shape& shape, Layout layout);

/// Behind the primitive, called `name`, that wrote weightedOutput(): adds the residual where the primitive
/// does not. Returns what did it all.
Result<std::string> addedAfterwards(NodeBuilder& b, const Operand& own, std::string name);

/// Input 0 as the primitive reads it: a bfloat16 step's is rounded on the way.
Result<Operand> weightedInput(NodeBuilder& b, Layout layout);

/// Types that the primitive must take weights and bias in, and the one that the graph keeps weights in.
dnnl::memory::data_type weightType(const NodeBuilder& b);
dnnl::memory::data_type storedWeightType(const NodeBuilder& b);
dnnl::memory::data_type biasType(const NodeBuilder& b);

/// The bias in `desc`, zeros where the node has none. Integer: round(bias / (s_x * s_w)) in int32, saturated.
dnnl::memory packedBias(NodeBuilder& b, const dnnl::memory::desc& desc);

/// What the primitives are called with: weights as `wanted`, packed from `stored`, and the bias as `bias`.
Arguments weightedArguments(NodeBuilder& b, const dnnl::memory& x, const dnnl::memory& y,
                            const dnnl::memory::desc& wanted, const dnnl::memory::desc& stored,
                            const dnnl::memory::desc& bias);

}  // namespace qs::runtime::onednn
