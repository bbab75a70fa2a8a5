#include "runtime/kernels/integer_operand.h"
#include "runtime/loops/row_loops.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// A slope for each channel, or one for all.
Result<std::string> lowerPrelu(NodeBuilder& b) {
    QS_ASSIGN(Operand x, b.input(0));
    if (hasChannelsLast(x.shape)) {
        QS_ASSIGN(x, b.input(0, Layout::ChannelsLast));
    } else if (x.shape.size() != 2) {
        return failure("it is neither of images or volumes nor of vectors");
    }
    const int64_t channels = x.shape[1], rows = channels == 0 ? 0 : x.count() / channels;
    const std::vector<at::Tensor>& constants = b.node().constants;
    if (constants.size() != 1 || constants[0].scalar_type() != at::kFloat ||
        (constants[0].numel() != channels && constants[0].numel() != 1)) {
        return failure("its slopes do not fit the input");
    }
    const at::Tensor slopes = constants[0].reshape({-1}).expand({channels}).contiguous();
    const Operand y = b.output(x.shape, x.layout);
    const Bounds bounds = realBounds(b.node());
    if (!b.isInteger()) {
        b.addStep([from = x.buffer, to = y.buffer, slopes, rows, channels,
                   low = static_cast<float>(bounds.low), high = static_cast<float>(bounds.high)]() {
            preluRows(floatsOf(from), slopes.data_ptr<float>(), low, high, static_cast<float*>(to->data),
                      rows, channels);
        });
        return std::string("loop");
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    b.addStep([from = x.buffer, to = y.buffer, slopes, rows, channels, source = integerSource(p, p.scale[0]),
               target = integerTarget(q, bounds), scale = static_cast<float>(q.scale[0])]() mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        preluRows(source, slopes.data_ptr<float>(), scale, target, rows, channels);
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_prelu(runtime::KernelRegistry& registry) {
    registry.add("prelu", {runtime::lowerPrelu});
}

}  // namespace qs
