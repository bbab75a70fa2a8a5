#include "graph/passes/simplify.h"

#include "graph/passes/passes.h"

namespace qs {

void simplify(Graph& graph) {
    removeIdentities(graph);
    removeDeadNodes(graph);

    // Operators whose constants an op entry cannot keep as they are. The activations below read them in any
    // form, but their factors are exact only before divisions become products.
    openTransposedConvolutions(graph);
    openBatchNorms(graph);
    shareSlices(graph);
    fuseSplit(graph);
    fuseRoll(graph);
    mergeConcatenations(graph);
    fuseHardSigmoid(graph);
    fuseHardSwish(graph);
    fuseSilu(graph);
    fuseGelu(graph);
    fuseLayerNorm(graph);
    openConstantOperands(graph);

    fuseLinear(graph);
    mergePadding(graph);
    fuseBias(graph);
    fuseAffine(graph);

    openGlobalPools(graph);
    mergeReshapes(graph);
    mergePermutes(graph);
    fuseChannelShuffle(graph);
    removeDeadNodes(graph);
}

}  // namespace qs
