#include "runtime/onednn/weighted.h"
#include "runtime/plan/kernel.h"

namespace qs::runtime::onednn {

namespace {

using Tag = dnnl::memory::format_tag;

/// x [..., I] as a matrix times W^T. matmul rather than inner_product, which knows no zero points, and rather
/// than a 1x1 convolution, which is three times slower at batch 64.
Result<std::string> lowerLinear(NodeBuilder& b) {
    QS_TRY(checkWeighted(b));
    QS_TRY(checkPairSums(b));
    QS_ASSIGN(const Operand x, weightedInput(b, Layout::Contiguous));
    const auto weight = b.node().weight->sizes();
    if (x.shape.empty() || weight.size() != 2 || x.shape.back() != weight[1]) {
        return failure("the input does not fit the weight");
    }
    const int64_t inputs = weight[1], outputs = weight[0], rows = x.count() / inputs;
    Shape shape = x.shape;
    shape.back() = outputs;
    QS_ASSIGN(const Operand y, weightedOutput(b, x, shape, Layout::Contiguous));

    const dnnl::memory::desc source({rows, inputs}, dnnlType(x.type), Tag::ab);
    const dnnl::memory::desc bias({1, outputs}, biasType(b), Tag::ab);
    const dnnl::memory::desc target({rows, outputs}, dnnlType(y.type), Tag::ab);
    const dnnl::matmul::desc desc(source, {{inputs, outputs}, weightType(b), Tag::any}, bias, target);
    const dnnl::matmul::primitive_desc pd(desc, weightedAttributes(b, 1), cpuEngine());
    const dnnl::memory::desc stored({inputs, outputs}, storedWeightType(b), Tag::ba);
    QS_ASSIGN(std::string name,
              call<dnnl::matmul>(b, pd,
                                 weightedArguments(b, memoryOf(x, source), memoryOf(y, target),
                                                   pd.weights_desc(), stored, bias)));
    return addedAfterwards(b, y, std::move(name));
}

}  // namespace

}  // namespace qs::runtime::onednn

namespace qs {

void register_linear(runtime::KernelRegistry& registry) {
    registry.add("linear", {runtime::onednn::lowerLinear});
}

}  // namespace qs
