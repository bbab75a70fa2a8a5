#include "runtime/kernels/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/kernels/integer_operand.h"
#include "runtime/loops/softmax_loops.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// exp(-d * s + m) for differences of d steps, with the m of ONNX Runtime's QLinearSoftmax: sums of `width`
/// of them stay e^5 below the largest float.
FloatTable exponentialsOf(const QParams& p, int64_t width) {
    constexpr double kReserve = 5;
    const double scale = static_cast<float>(p.scale[0]);
    const float most = std::numeric_limits<float>::max() / static_cast<float>(width);
    const double raised = std::max(0.0, static_cast<double>(std::log(most)) - kReserve) / scale;
    FloatTable exponentials;
    for (size_t below = 0; below < exponentials.size(); ++below) {
        exponentials[below] = static_cast<float>(std::exp((raised - static_cast<double>(below)) * scale));
    }
    return exponentials;
}

}  // namespace

Result<std::string> lowerSoftmax(NodeBuilder& b) {
    if (!b.isInteger()) {
        return failure("floats have no table");
    }
    QS_ASSIGN(const Operand x, b.input(0, Layout::Contiguous));
    if (x.axis(b.node().attrs.get<int64_t>("dim")) + 1 != x.shape.size()) {
        return failure("it is not along the last axis");
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    const Operand y = b.output(x.shape, Layout::Contiguous);
    const int64_t width = x.shape.back();
    b.addStep([from = x.buffer, to = y.buffer, source = integerSource(p, p.scale[0]),
               exponentials = exponentialsOf(p, std::max<int64_t>(width, 1)),
               steps = 1 / static_cast<float>(q.scale[0]), target = integerTarget(q, realBounds(b.node())),
               rows = width == 0 ? 0 : x.count() / width, width]() mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        softmaxRows(source, exponentials, steps, target, rows, width);
    });
    return std::string("loop");
}

}  // namespace qs::runtime

namespace qs {

void register_softmax(runtime::KernelRegistry& registry) {
    registry.add("softmax", {runtime::lowerSoftmax});
}

}  // namespace qs
