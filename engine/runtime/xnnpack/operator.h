#pragma once

#include <xnnpack.h>

#include <functional>

#include "core/result.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime::xnnpack {

/// Of every operator: threads sleep when it is done. By default they spin for milliseconds, and take the
/// cores from our loops, whose threads are OpenMP's, and from other programs.
constexpr uint32_t kFlags = XNN_FLAG_YIELD_WORKERS;

using Create = std::function<xnn_status(xnn_operator_t*)>;
using Setup = std::function<xnn_status(xnn_operator_t, pthreadpool_t)>;

/// Elements that an operator without weights reads count as this many multiply-accumulates each.
constexpr int64_t kMacsPerElement = 16;

/// Adds a step that runs the operator that `create` makes, on the number of threads that OpenMP has now where
/// `macs` multiply-accumulates are worth waking them.
/// `setup` gives it sizes and addresses; it is called once, when the step first runs and buffers have theirs.
/// Fails with XNNPACK's reason in words.
Status addOperator(NodeBuilder& b, int64_t macs, const Create& create, Setup setup);

/// Input i in the wanted layout and at an address that never changes: what a caller lends is copied, also
/// because XNNPACK may read a few bytes beyond a tensor's end (XNN_EXTRA_BYTES).
Result<Operand> inputOf(NodeBuilder& b, size_t i, Layout wanted);
Result<Operand> inputOf(NodeBuilder& b, size_t i);

template <typename T>
const T* sourceOf(const Buffer* buffer) {
    return static_cast<const T*>(buffer->data);
}
template <typename T>
T* targetOf(const Buffer* buffer) {
    return static_cast<T*>(buffer->data);
}

/// Setup of operators on N, H, W, C.
template <typename T>
Setup imageSetup(xnn_status (*setup)(xnn_operator_t, size_t, size_t, size_t, const T*, T*, pthreadpool_t),
                 const Operand& x, const Operand& y) {
    return [setup, batch = static_cast<size_t>(x.shape[0]), height = static_cast<size_t>(x.shape[2]),
            width = static_cast<size_t>(x.shape[3]), from = x.buffer,
            to = y.buffer](xnn_operator_t op, pthreadpool_t pool) {
        return setup(op, batch, height, width, sourceOf<T>(from), targetOf<T>(to), pool);
    };
}

/// Setup of operators on `rows` rows of channels.
template <typename T>
Setup rowSetup(xnn_status (*setup)(xnn_operator_t, size_t, const T*, T*, pthreadpool_t), int64_t rows,
               const Operand& x, const Operand& y) {
    return [setup, rows = static_cast<size_t>(rows), from = x.buffer, to = y.buffer](xnn_operator_t op,
                                                                                     pthreadpool_t pool) {
        return setup(op, rows, sourceOf<T>(from), targetOf<T>(to), pool);
    };
}

}  // namespace qs::runtime::xnnpack
