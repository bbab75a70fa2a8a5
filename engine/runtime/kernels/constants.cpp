#include "runtime/kernels/constants.h"

#include <algorithm>
#include <functional>

#include "ops/quantize.h"
#include "ops/requantization.h"
#include "runtime/kernels/channel_steps.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/kernels/lookup.h"
#include "runtime/loops/row_loops.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// The constant as it meets the elements of x in memory, written out but for the repetitions along the outer
/// axes; empty where the two do not fit.
at::Tensor repeating(const at::Tensor& constant, const Operand& x) {
    const auto rank = static_cast<int64_t>(x.shape.size());
    if (constant.dim() > rank) {
        return {};
    }
    Shape shape(x.shape.size() - static_cast<size_t>(constant.dim()), 1);
    shape.insert(shape.end(), constant.sizes().begin(), constant.sizes().end());
    Shape extents = x.shape;
    at::Tensor ordered = constant.reshape(shape);
    if (x.layout == Layout::ChannelsLast) {
        ordered = ordered.movedim(1, -1);
        std::rotate(extents.begin() + 1, extents.begin() + 2, extents.end());
    }
    size_t first = 0;
    while (first + 1 < extents.size() && ordered.size(static_cast<int64_t>(first)) == 1) {
        ++first;
    }
    Shape whole(first, 1);
    for (size_t d = first; d < extents.size(); ++d) {
        const int64_t extent = ordered.size(static_cast<int64_t>(d));
        if (extent != extents[d] && extent != 1) {
            return {};
        }
        whole.push_back(extents[d]);
    }
    return ordered.expand(whole).contiguous();
}

/// A constant, written out for the elements of a row.
using Arrange = std::function<at::Tensor(const at::Tensor&)>;

/// Rows of bytes of x that all meet the same numbers.
using RowLoop = std::function<void(const uint8_t* x, uint8_t* y, int64_t rows, int64_t width)>;

/// Two activations of which one is constant.
RowLoop gridLoop(const NodeBuilder& b, const Arrange& arrange) {
    const QNode& node = b.node();
    const QParams &p = *b.inputQParams(0), &c = *node.constantQParams, &q = *b.outputQParams();
    IntegerTarget target = integerTarget(q, realBounds(node));
    const at::Tensor constant = arrange(quantize(node.constants[0], c));
    const auto placed = [constant](IntegerSource source) {
        source.data = static_cast<const uint8_t*>(constant.data_ptr());
        return source;
    };
    if (node.op == "add") {
        return [source = integerSource(p, scaleRatio(p.scale[0], q.scale[0])),
                row = placed(integerSource(c, scaleRatio(c.scale[0], q.scale[0]))), target,
                constant](const uint8_t* x, uint8_t* y, int64_t rows, int64_t width) mutable {
            source.data = x;
            target.data = y;
            addRow(source, row, target, rows, width);
        };
    }
    return [source = integerSource(p, 1), row = placed(integerSource(c, 1)), target, constant,
            scale = requantizationScale(p.scale[0], c.scale[0], q.scale[0])](
               const uint8_t* x, uint8_t* y, int64_t rows, int64_t width) mutable {
        source.data = x;
        target.data = y;
        multiplyIntegers(source, row, scale, target, 1, rows, width);
    };
}

/// A number for each channel, on a grid of its own.
RowLoop channelLoop(const NodeBuilder& b, const ChannelSteps& steps, const Arrange& arrange) {
    Shape shape(b.graph().value(b.node().inputs[0]).shape.size() - 1, 1);
    shape[0] = -1;
    return [source = integerSource(*b.inputQParams(0), 1),
            target = integerTarget(*b.outputQParams(), realBounds(b.node())),
            row = steps.arranged([&](const at::Tensor& numbers) { return arrange(numbers.reshape(shape)); })](
               const uint8_t* x, uint8_t* y, int64_t rows, int64_t width) mutable {
        source.data = x;
        target.data = y;
        scaleRows(source, row.row(), target, {rows, width, width, width});
    };
}

/// Real numbers.
RowLoop realLoop(const NodeBuilder& b, const Arrange& arrange) {
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    return [source = integerSource(p, p.scale[0]), target = integerTarget(q, realBounds(b.node())),
            scale = static_cast<float>(q.scale[0]), constant = arrange(b.node().constants[0]),
            run = b.node().op == "add" ? addConstants : multiplyConstants](
               const uint8_t* x, uint8_t* y, int64_t rows, int64_t width) mutable {
        source.data = x;
        target.data = y;
        run(source, constant.data_ptr<float>(), scale, target, rows, width);
    };
}

RowLoop integerLoop(const NodeBuilder& b, const Arrange& arrange) {
    if (b.node().constantQParams) {
        return gridLoop(b, arrange);
    }
    const auto steps = ChannelSteps::of(b);
    return steps ? channelLoop(b, *steps, arrange) : realLoop(b, arrange);
}

/// A function of one byte.
ByteTable tableOfOne(const NodeBuilder& b) {
    const RowLoop loop = integerLoop(b, [](const at::Tensor& constant) {
        return constant.flatten().narrow(0, 0, 1).expand({256}).contiguous();
    });
    return tableOf([&](const uint8_t* x, uint8_t* y, int64_t count) { loop(x, y, 1, count); });
}

}  // namespace

Result<std::string> lowerConstants(NodeBuilder& b) {
    const QNode& node = b.node();
    if (node.constants.size() != 1 || node.inputs.size() != 1) {
        return failure("it has several inputs");
    }
    if (node.constants[0].scalar_type() != at::kFloat) {
        return failure("its constant is not of floats");
    }
    if (b.isInteger()) {
        if (const auto table = channelTable(b)) {
            return addTable(b, *table);
        }
        if (node.constants[0].numel() == 1) {
            return addTable(b, tableOfOne(b));
        }
    }
    QS_ASSIGN(const Operand x, b.input(0));
    const Arrange arrange = [&x](const at::Tensor& numbers) { return repeating(numbers, x); };
    const at::Tensor constant = arrange(node.constants[0]);
    if (!constant.defined()) {
        return failure("its constant is larger than the input");
    }
    const Operand y = b.output(x.shape, x.layout);
    const int64_t width = constant.numel(), rows = width == 0 ? 0 : x.count() / width;
    if (!b.isInteger()) {
        const Bounds bounds = realBounds(node);
        b.addStep([from = x.buffer, to = y.buffer, constant, rows, width,
                   run = node.op == "add" ? addRows : multiplyRows, low = static_cast<float>(bounds.low),
                   high = static_cast<float>(bounds.high)]() {
            run(floatsOf(from), {constant.data_ptr<float>(), rows}, low, high, static_cast<float*>(to->data),
                rows, width);
        });
        return std::string("loop");
    }
    b.addStep([from = x.buffer, to = y.buffer, loop = integerLoop(b, arrange), rows, width]() {
        loop(bytesOf(from), static_cast<uint8_t*>(to->data), rows, width);
    });
    return std::string("loop");
}

}  // namespace qs::runtime
