#include <limits>

#include "runtime/kernels/integer_operand.h"
#include "runtime/kernels/lookup.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

constexpr Bounds kAnything{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};

/// Floats to 8-bit integers: images and volumes, in whatever layout they lie, to channels-last ones.
Result<std::string> lowerQuantize(NodeBuilder& b) {
    QS_ASSIGN(Operand x, b.inputRows(0));
    const QParams& qparams = *b.outputQParams();
    const bool hasChannels = hasChannelsLast(x.shape);
    if (hasChannels && x.layout == Layout::Contiguous) {
        QS_ASSIGN(x, b.input(0));
    }
    const Operand y = b.outputRows(x.shape, hasChannels ? Layout::ChannelsLast : Layout::Contiguous);
    IntegerTarget target = integerTarget(qparams, kAnything);
    const auto scale = static_cast<float>(qparams.scale[0]);
    if (x.layout == y.layout || (x.isDense() && y.isDense() && sameOrder(x.shape, x.layout, y.layout))) {
        b.addStep([from = x.buffer, to = y.buffer, target, scale, rows = rowsOf(x, y)]() mutable {
            target.data = static_cast<uint8_t*>(to->data);
            quantizeFloats(floatsOf(from), scale, target, rows);
        });
    } else {
        b.addStep(
            [from = x.buffer, to = y.buffer, target, scale, shape = x.shape, pitch = y.pitch()]() mutable {
                target.data = static_cast<uint8_t*>(to->data);
                quantizeToChannelsLast(floatsOf(from), scale, target,
                                       {shape[0], shape[1], pixelsOf(shape), pitch});
            });
    }
    return std::string("loop");
}

Result<std::string> lowerDequantize(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.inputRows(0));
    const QParams& qparams = *b.inputQParams(0);
    const Operand y = b.outputRows(x.shape, x.layout);
    b.addStep([from = x.buffer, to = y.buffer, source = integerSource(qparams, qparams.scale[0]),
               rows = rowsOf(x, y)]() mutable {
        source.data = bytesOf(from);
        dequantizeIntegers(source, static_cast<float*>(to->data), rows);
    });
    return std::string("loop");
}

/// From one grid to another: a table, which gives exactly what dequantize and quantize would.
Result<std::string> lowerRequantize(NodeBuilder& b) {
    return addTable(b, simulatedTable(b));
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_boundary(runtime::KernelRegistry& registry) {
    registry.add("quantize", {runtime::lowerQuantize});
    registry.add("dequantize", {runtime::lowerDequantize});
    registry.add("requantize", {runtime::lowerRequantize});
}

}  // namespace qs
