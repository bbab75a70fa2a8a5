#include <algorithm>

#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// Merges dimensions start_dim..end_dim. Free where memory order is N, C, H, W already (H = W = 1, say).
Result<std::string> lowerFlatten(NodeBuilder& b) {
    QS_ASSIGN(Operand x, b.input(0, Layout::Contiguous));
    const auto rank = static_cast<int64_t>(x.shape.size());
    const auto dimension = [&](const char* name, int64_t fallback) {
        const int64_t d = b.node().attrs.get<int64_t>(name, fallback);
        return d < 0 ? d + rank : d;
    };
    const int64_t start = dimension("start_dim", 0), end = dimension("end_dim", -1);
    if (start < 0 || end >= rank || start > end) {
        return failure("its dimensions do not fit the input");
    }
    int64_t merged = 1;
    for (int64_t d = start; d <= end; ++d) {
        merged *= x.shape[static_cast<size_t>(d)];
    }
    x.shape.erase(x.shape.begin() + start, x.shape.begin() + end + 1);
    x.shape.insert(x.shape.begin() + start, merged);
    b.aliasOutput(x);
    return std::string("view");
}

/// Free where memory order is N, C, H, W already.
Result<std::string> lowerReshape(NodeBuilder& b) {
    QS_ASSIGN(Operand x, b.input(0, Layout::Contiguous));
    Shape shape = b.node().attrs.ints("shape");
    int64_t known = 1;
    for (const int64_t extent : shape) {
        known *= extent < 0 ? 1 : extent;
    }
    if (known == 0 || x.count() % known != 0) {
        return failure("its shape does not fit the input");
    }
    std::replace_if(
        shape.begin(), shape.end(), [](int64_t extent) { return extent < 0; }, x.count() / known);
    x.shape = std::move(shape);
    b.aliasOutput(x);
    return std::string("view");
}

Result<std::string> lowerIdentity(NodeBuilder& b) {
    QS_ASSIGN(Operand x, b.input(0));
    b.aliasOutput(std::move(x));
    return std::string("view");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_shape(runtime::KernelRegistry& registry) {
    registry.add("flatten", {runtime::lowerFlatten});
    registry.add("reshape", {runtime::lowerReshape});
    registry.add("identity", {runtime::lowerIdentity});
}

}  // namespace qs
