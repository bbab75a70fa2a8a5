#include "graph/passes/simplify.h"

#include "graph/passes/passes.h"

namespace qs {

namespace {

using Pass = void (*)(Graph&);

constexpr Pass kPasses[] = {
    removeIdentities,
    removeDeadNodes,

    // Operators whose constants an op entry cannot keep as they are. The activations below read them in any
    // form, but their factors are exact only before divisions become products.
    openTransposedConvolutions,
    openBatchNorms,
    shareSlices,
    fuseSplit,
    fuseRoll,
    mergeConcatenations,
    openClips,
    fuseHardSigmoid,
    fuseHardSwish,
    fuseSilu,
    fuseGelu,
    fuseLayerNorm,
    openConstantOperands,

    fuseLinear,
    openRows,
    mergePadding,
    fuseBias,
    fuseAffine,

    openGlobalPools,
    mergeReshapes,
    mergePermutes,
    fuseChannelShuffle,
    removeDeadNodes,
};

}  // namespace

void simplify(Graph& graph, const std::function<void()>& poll) {
    for (const Pass pass : kPasses) {
        poll();
        pass(graph);
    }
}

}  // namespace qs
