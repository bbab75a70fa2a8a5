#include <cmath>

#include "runtime/kernels/channel_steps.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/loops/normalization_loops.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// What both kinds need of integers: the loop's arguments without addresses.
struct IntegerEnds {
    IntegerSource source;
    IntegerTarget target;
    float scale;
};

IntegerEnds integerEnds(const NodeBuilder& b) {
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    return {integerSource(p, p.scale[0]), integerTarget(q, realBounds(b.node())),
            static_cast<float>(q.scale[0])};
}

void bind(IntegerEnds& ends, const Buffer* from, const Buffer* to) {
    ends.source.data = bytesOf(from);
    ends.target.data = static_cast<uint8_t*>(to->data);
}

/// A batch norm's numbers as ATen forms them: y = factor * x + addend.
struct Affine {
    std::vector<float> factors, addends;
};

Result<Affine> affineOf(const QNode& node, int64_t channels) {
    if (node.constants.size() != 4) {
        return failure("its statistics are no constants");
    }
    for (const at::Tensor& constant : node.constants) {
        if (constant.scalar_type() != at::kFloat || constant.numel() != channels) {
            return failure("its statistics do not fit the input");
        }
    }
    const auto eps = static_cast<float>(node.attrs.get<double>("eps"));
    const at::Tensor weight = node.constants[0].contiguous(), bias = node.constants[1].contiguous();
    const at::Tensor mean = node.constants[2].contiguous(), variance = node.constants[3].contiguous();
    Affine affine;
    for (int64_t c = 0; c < channels; ++c) {
        const float factor = weight.data_ptr<float>()[c] / std::sqrt(variance.data_ptr<float>()[c] + eps);
        affine.factors.push_back(factor);
        affine.addends.push_back(bias.data_ptr<float>()[c] - mean.data_ptr<float>()[c] * factor);
    }
    return affine;
}

Result<std::string> lowerBatchNorm(NodeBuilder& b) {
    QS_ASSIGN(Operand x, b.inputRows(0));
    if (hasChannelsLast(x.shape)) {
        QS_ASSIGN(x, b.inputRows(0, Layout::ChannelsLast));
    } else if (x.shape.size() != 2) {
        return failure("it is neither of images or volumes nor of vectors");
    }
    QS_ASSIGN(Affine affine, affineOf(b.node(), x.shape[1]));
    const Operand y = b.outputRows(x.shape, x.layout);
    const Rows rows = rowsOf(x, y);
    if (const auto steps = b.isInteger() ? ChannelSteps::of(b) : std::nullopt) {
        b.addStep([from = x.buffer, to = y.buffer, ends = integerEnds(b), steps = *steps, rows]() mutable {
            bind(ends, from, to);
            scaleRows(ends.source, steps.row(), ends.target, rows);
        });
        return std::string("loop");
    }
    if (b.isInteger()) {
        for (std::vector<float>* numbers : {&affine.factors, &affine.addends}) {
            for (float& number : *numbers) {
                number /= static_cast<float>(b.outputQParams()->scale[0]);
            }
        }
        b.addStep([from = x.buffer, to = y.buffer, ends = integerEnds(b), affine = std::move(affine),
                   rows]() mutable {
            bind(ends, from, to);
            scaleRows(ends.source, affine.factors.data(), affine.addends.data(), ends.target, rows);
        });
        return std::string("loop");
    }
    const Bounds bounds = realBounds(b.node());
    b.addStep([from = x.buffer, to = y.buffer, affine = std::move(affine), rows,
               low = static_cast<float>(bounds.low), high = static_cast<float>(bounds.high)]() {
        scaleRows(floatsOf(from), affine.factors.data(), affine.addends.data(), low, high,
                  static_cast<float*>(to->data), rows);
    });
    return std::string("loop");
}

Result<std::string> lowerLayerNorm(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::Contiguous));
    const QNode& node = b.node();
    const std::vector<int64_t> shape = node.attrs.ints("normalized_shape");
    if (node.constants.size() != 2 || shape.empty() || shape.size() > x.shape.size() ||
        !std::equal(shape.rbegin(), shape.rend(), x.shape.rbegin())) {
        return failure("its shape does not fit the input");
    }
    int64_t width = 1;
    for (const int64_t extent : shape) {
        width *= extent;
    }
    const at::Tensor weight = node.constants[0].contiguous(), bias = node.constants[1].contiguous();
    if (weight.scalar_type() != at::kFloat || bias.scalar_type() != at::kFloat || weight.numel() != width ||
        bias.numel() != width) {
        return failure("its parameters do not fit the input");
    }
    const auto affine = [weight, bias, eps = node.attrs.get<double>("eps")] {
        return RowAffine{weight.data_ptr<float>(), bias.data_ptr<float>(), eps};
    };
    const int64_t rows = width == 0 ? 0 : x.count() / width;
    const Operand y = b.output(x.shape, Layout::Contiguous);
    if (b.isInteger()) {
        b.addStep([from = x.buffer, to = y.buffer, ends = integerEnds(b), affine, rows, width]() mutable {
            bind(ends, from, to);
            normalizeRows(ends.source, affine(), ends.scale, ends.target, rows, width);
        });
        return std::string("loop");
    }
    const Bounds bounds = realBounds(node);
    b.addStep([from = x.buffer, to = y.buffer, affine, rows, width, low = static_cast<float>(bounds.low),
               high = static_cast<float>(bounds.high)]() {
        normalizeRows(floatsOf(from), affine(), low, high, static_cast<float*>(to->data), rows, width);
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_normalization(runtime::KernelRegistry& registry) {
    registry.add("batch_norm", {runtime::lowerBatchNorm});
    registry.add("layer_norm", {runtime::lowerLayerNorm});
}

}  // namespace qs
