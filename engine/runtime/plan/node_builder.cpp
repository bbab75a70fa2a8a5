#include "runtime/plan/node_builder.h"

#include <algorithm>
#include <cstring>

#include "runtime/loops/strided_copy.h"

namespace qs::runtime {

namespace {

at::ScalarType storageType(const QValue& value) {
    if (!value.isInteger()) {
        return at::kFloat;
    }
    return byteType(*value.qparams);
}

}  // namespace

Result<Operand> NodeBuilder::inputRows(size_t i) const {
    const PlanValue& value = state_.values[static_cast<size_t>(node_.inputs.at(i).index)];
    if (!value.inArena()) {
        return failure("input " + std::to_string(i) + " is neither float32 nor 8-bit");
    }
    return value.operand;
}

Result<Operand> NodeBuilder::inputRows(size_t i, Layout wanted) {
    QS_ASSIGN(const Operand source, inputRows(i));
    if (source.layout == wanted) {
        return source;
    }
    return input(i, wanted);
}

Result<Operand> NodeBuilder::input(size_t i) {
    QS_ASSIGN(const Operand source, inputRows(i));
    accesses_.denseReads.insert(node_.inputs[i]);
    return source.isDense() ? source : inLayout(i, source, source.layout);
}

Result<Operand> NodeBuilder::input(size_t i, Layout wanted) {
    QS_ASSIGN(const Operand source, inputRows(i));
    accesses_.denseReads.insert(node_.inputs[i]);
    if (wanted == Layout::ChannelsLast && !hasChannelsLast(source.shape)) {
        return failure("input " + std::to_string(i) + " is not N, C, H, W or N, C, D, H, W");
    }
    if (source.isDense() && sameOrder(source.shape, source.layout, wanted)) {
        Operand same = source;
        same.layout = wanted;
        return same;
    }
    return inLayout(i, source, wanted);
}

/// A dense copy, shared with the nodes that want the same one.
Operand NodeBuilder::inLayout(size_t i, const Operand& source, Layout wanted) {
    const std::pair key{node_.inputs[i], wanted};
    for (const ReorderedValues* known :
         std::initializer_list<const ReorderedValues*>{&reordered_, &state_.reordered}) {
        if (const auto found = known->find(key); found != known->end()) {
            return reordered_[key] = found->second;
        }
    }
    return reordered_[key] = reorder(source, wanted);
}

Operand NodeBuilder::reorder(const Operand& source, Layout wanted) {
    Operand target = temporary(source.shape, source.type, wanted);
    reorders_.push_back(
        [from = source.buffer, to = target.buffer,
         copy = StridedCopy(source.shape, source.strides(), target.strides(),
                            c10::elementSize(source.type))] { copy.run(from->data, to->data); });
    reorderBytes_ += 2 * static_cast<int64_t>(source.bytes());
    return target;
}

Operand NodeBuilder::output(Shape shape, Layout layout, size_t i) {
    return placed(std::move(shape), layout, i, false);
}

Operand NodeBuilder::outputRows(Shape shape, Layout layout, size_t i) {
    accesses_.rowWrites.insert(outputId(i));
    return placed(std::move(shape), layout, i, true);
}

/// In its place in a concatenation where it has one that the kernel can write to, else in a buffer of its
/// own.
Operand NodeBuilder::placed(Shape shape, Layout layout, size_t i, bool rows) {
    Operand operand{nullptr, std::move(shape), storageType(state_.graph.value(outputId(i))), layout};
    operand.buffer = newBuffer(operand.bytes());
    const auto found = state_.places.values.find(outputId(i));
    if (found != state_.places.values.end()) {
        takePlace(operand, found->second, state_.shared, rows);
    }
    outputs_[i] = operand;
    return operand;
}

std::optional<std::pair<Operand, size_t>> NodeBuilder::runFrom(size_t first) const {
    if (const auto runs = state_.places.runs.find(outputId(0)); runs != state_.places.runs.end()) {
        const auto run = std::ranges::find(runs->second, first, &Run::first);
        if (run != runs->second.end()) {
            return std::pair{state_.values[static_cast<size_t>(run->value.index)].operand, run->count};
        }
    }
    return std::nullopt;
}

Operand NodeBuilder::outputOver(const Operand& input, bool mayOverwrite) {
    Operand result = output(input.shape, input.layout);
    if (mayOverwrite && input.buffer->external < 0 && diesHere(input.buffer)) {
        buffers_.pop_back();  // the one that output() has just made
        result.buffer = input.buffer;
        outputs_[0] = result;
        overwritten_ = input.buffer;
        return result;
    }
    addStep([from = input.buffer, to = result.buffer, bytes = result.bytes()]() {
        std::memcpy(to->data, from->data, bytes);
    });
    return result;
}

Operand NodeBuilder::temporary(Shape shape, at::ScalarType type, Layout layout) {
    Operand operand{nullptr, std::move(shape), type, layout};
    operand.buffer = newBuffer(operand.bytes());
    return operand;
}

Buffer* NodeBuilder::newBuffer(size_t bytes) {
    buffers_.push_back(std::make_unique<Buffer>());
    Buffer* buffer = buffers_.back().get();
    buffer->bytes = bytes;
    buffer->first = position_;
    buffer->last = position_;
    return buffer;
}

bool NodeBuilder::diesHere(const Buffer* buffer) const {
    for (size_t id = 0; id < state_.values.size(); ++id) {
        const Buffer* other = state_.values[id].operand.buffer;
        if (other && other->root() == buffer->root() && state_.lastUse[id] > position_) {
            return false;
        }
    }
    return true;
}

}  // namespace qs::runtime
