#include <limits>
#include <optional>

#include "runtime/kernels/integer_operand.h"
#include "runtime/kernels/lookup.h"
#include "runtime/onednn/primitive.h"

namespace qs::runtime::onednn {

namespace {

using Algorithm = dnnl::algorithm;

struct Function {
    Algorithm algorithm;
    float alpha = 0;
    float beta = 0;
    Bounds bounds = {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
};

std::optional<Function> functionOf(const QNode& node) {
    const Attributes& attrs = node.attrs;
    if (node.op == "sigmoid") {
        return Function{Algorithm::eltwise_logistic};
    }
    if (node.op == "silu") {
        return Function{Algorithm::eltwise_swish, 1};
    }
    if (node.op == "tanh") {
        return Function{Algorithm::eltwise_tanh};
    }
    if (node.op == "hard_swish") {
        return Function{Algorithm::eltwise_hardswish};
    }
    if (node.op == "hard_sigmoid") {
        return Function{Algorithm::eltwise_linear,
                        static_cast<float>(attrs.get<double>("alpha")),
                        static_cast<float>(attrs.get<double>("beta")),
                        {0, 1}};
    }
    if (node.op == "leaky_relu") {
        return Function{Algorithm::eltwise_relu, static_cast<float>(attrs.get<double>("slope"))};
    }
    if (node.op == "gelu") {
        const bool exact = attrs.get<std::string>("approximate", "none") == "none";
        return Function{exact ? Algorithm::eltwise_gelu_erf : Algorithm::eltwise_gelu_tanh};
    }
    if (node.op == "elu" && attrs.get<double>("scale", 1) == 1 && attrs.get<double>("input_scale", 1) == 1) {
        return Function{Algorithm::eltwise_elu, static_cast<float>(attrs.get<double>("alpha", 1))};
    }
    return std::nullopt;
}

void addClamp(NodeBuilder& b, const Operand& y, const Bounds& bounds) {
    if (bounds.isUnbounded()) {
        return;
    }
    b.addStep([at = y.buffer, low = static_cast<float>(bounds.low), high = static_cast<float>(bounds.high),
               count = y.count()]() {
        clampFloats(floatsOf(at), low, high, static_cast<float*>(at->data), count);
    });
}

/// Refuses integers, and parameters that oneDNN's form lacks.
Result<std::string> lowerEltwise(NodeBuilder& b) {
    const std::optional<Function> function = functionOf(b.node());
    if (b.isInteger() || b.node().inputs.size() != 1 || !function) {
        return failure("oneDNN has no such function of floats");
    }
    QS_ASSIGN(const Operand x, b.input(0));
    const Operand y = b.output(x.shape, x.layout);
    const dnnl::memory::desc flat({x.count()}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::eltwise_forward::primitive_desc pd(
        {dnnl::prop_kind::forward_inference, function->algorithm, flat, function->alpha, function->beta},
        attr, cpuEngine());
    QS_ASSIGN(std::string name,
              call<dnnl::eltwise_forward>(
                  b, pd, {{DNNL_ARG_SRC, memoryOf(x, flat)}, {DNNL_ARG_DST, memoryOf(y, flat)}}));
    addClamp(b, y, function->bounds);
    addClamp(b, y, realBounds(b.node()));
    return name;
}

}  // namespace

}  // namespace qs::runtime::onednn

namespace qs {

void register_onednn_eltwise(runtime::KernelRegistry& registry) {
    for (const char* op : runtime::kTabulatedOps) {
        registry.add(op, {runtime::lowerLookup, runtime::onednn::lowerEltwise});
    }
    registry.add("sigmoid", {runtime::lowerSigmoid, runtime::onednn::lowerEltwise});
}

}  // namespace qs
