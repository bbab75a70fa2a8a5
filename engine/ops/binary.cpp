#include "ops/binary.h"

#include "ops/aten_args.h"

namespace qs {

std::optional<OpenedOp> openCommutative(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    if (args.isActivation(0) && (args.isActivation(1) || args.isFloatConstant(1))) {
        return OpenedOp{{}, {args.tensor(0), args.tensor(1)}};
    }
    if (args.isFloatConstant(0) && args.isActivation(1)) {
        return OpenedOp{{}, {args.tensor(1), args.tensor(0)}};
    }
    return std::nullopt;
}

}  // namespace qs
