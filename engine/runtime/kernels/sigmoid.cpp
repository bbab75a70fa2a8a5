#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/kernels/integer_operand.h"
#include "runtime/kernels/lookup.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// 1 / (1 + exp(-x)) to 2e-7: the rational approximation of Eigen and MLAS, x p(x^2) / q(x^2) + 1/2. An
/// entry of a table that lies on the border of two integers falls as in ONNX Runtime's QLinearSigmoid.
float logistic(float x) {
    constexpr float kEnd = 18;
    const float at = std::clamp(x, -kEnd, kEnd), square = at * at;
    float p = 4.37031012579801e-11F;
    for (const float next :
         {1.15627324459942e-07F, 6.08574864600143e-05F, 8.51377133304701e-03F, 2.48287947061529e-01F}) {
        p = std::fma(p, square, next);
    }
    float q = 6.10247389755681e-13F;
    for (const float next : {5.76102136993427e-09F, 6.29106785017040e-06F, 1.70198817374094e-03F,
                             1.16817656904453e-01F, 9.93151921023180e-01F}) {
        q = std::fma(q, square, next);
    }
    return std::clamp(p * at / q + 0.5F, 0.0F, 1.0F);
}

}  // namespace

Result<std::string> lowerSigmoid(NodeBuilder& b) {
    if (!b.isInteger()) {
        return failure("floats have no table");
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    const IntegerSource source = integerSource(p, p.scale[0]);
    IntegerTarget target = integerTarget(q, realBounds(b.node()));
    return addTable(b, tableOf([&](const uint8_t* x, uint8_t* y, int64_t count) {
                        std::array<float, 256> real;
                        for (int64_t i = 0; i < count; ++i) {
                            const int32_t steps = static_cast<uint8_t>(x[i] ^ source.flip) - source.zeroPoint;
                            real.at(static_cast<size_t>(i)) =
                                logistic(source.scale * static_cast<float>(steps));
                        }
                        target.data = y;
                        quantizeFloats(real.data(), static_cast<float>(q.scale[0]), target, denseRow(count));
                    }));
}

}  // namespace qs::runtime

namespace qs {

void register_sigmoid(runtime::KernelRegistry& registry) {
    registry.add("sigmoid", {runtime::lowerSigmoid});
}

}  // namespace qs
