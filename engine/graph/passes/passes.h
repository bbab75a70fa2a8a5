#pragma once

#include "graph/graph.h"

/// Rewrites that simplify() puts in order, one a file. Each works on a graph as an importer writes it (shapes
/// known, names not yet given), matches operands in any order, and takes part only in what nobody else reads:
/// a value between two fused nodes has one reader and is no output of the graph. A fused node stands in the
/// place of its last member, in the module that all members lie in.
namespace qs {

/// Nodes that no output needs go, and ids become consecutive again. Inputs and outputs stay.
void removeDeadNodes(Graph& graph);
/// Readers of an identity's output read its input; an output that needs a value of its own keeps it.
void removeIdentities(Graph& graph);
/// aten::_convolution(transposed=True) -> conv_transpose2d.
void openTransposedConvolutions(Graph& graph);
/// A batch norm without weight and bias -> batch_norm with ones and zeros.
void openBatchNorms(Graph& graph);
/// Slices that take the same of the same value -> one of them.
void shareSlices(Graph& graph);
/// Slices that together are the whole of a value along an axis -> split.
void fuseSplit(Graph& graph);
/// cat(b, a) of the two parts a, b of a split -> roll, and rolls that follow each other -> one.
void fuseRoll(Graph& graph);
/// cat(cat(a, b), c) along the same axis -> cat(a, b, c).
void mergeConcatenations(Graph& graph);
/// A clamp with one bound or two, a minimum or maximum with a number, and what follows another clip -> relu
/// or clip. Bounds that are not there are infinite.
void openClips(Graph& graph);
/// x * c, x / c, x + c, x - c with a number or a constant tensor c -> mul or add with a float constant.
void openConstantOperands(Graph& graph);
/// relu6(x + 3) / 6 and clip(alpha * x + beta, 0, 1) -> hard_sigmoid.
void fuseHardSigmoid(Graph& graph);
/// x * hard_sigmoid(x) and x * relu6(x + 3) / 6 -> hard_swish.
void fuseHardSwish(Graph& graph);
/// x * sigmoid(x) -> silu.
void fuseSilu(Graph& graph);
/// x * 0.5 * (1 + erf(x / sqrt(2))) -> gelu.
void fuseGelu(Graph& graph);
/// d = x - mean(x); d / sqrt(mean(d^2) + eps) * weight + bias -> layer_norm.
void fuseLayerNorm(Graph& graph);
/// x . W (constant, [I, O]) [+ b] and addmm -> linear.
void fuseLinear(Graph& graph);
/// A constant per channel added to a convolution's result -> its bias.
void fuseBias(Graph& graph);
/// A constant per channel multiplied to a convolution's result [and one added] -> batch_norm, frozen.
void fuseAffine(Graph& graph);
/// A mean over H and W (D, H and W) that keeps them -> adaptive_avg_pool2d (adaptive_avg_pool3d).
void openGlobalPools(Graph& graph);
/// reshape(reshape(x)) -> reshape(x).
void mergeReshapes(Graph& graph);
/// permute(permute(x)) -> permute(x), or x where that puts everything back.
void mergePermutes(Graph& graph);
/// reshape to groups of channels, permute, reshape back -> channel_shuffle.
void fuseChannelShuffle(Graph& graph);
/// Convolutions, pools and upsampling along rows [N, C, L] -> those of images [N, C, 1, L], and what stands
/// between them reads the images too: reshapes are left where a network enters and leaves its rows. Weights
/// get an axis of one element.
void openRows(Graph& graph);
/// Zeros around the input of a convolution or an average pool, equal on both sides -> its padding. The lowest
/// number around that of a max pool, also uneven -> its padding, with slices of the result where it takes
/// them.
void mergePadding(Graph& graph);

}  // namespace qs
