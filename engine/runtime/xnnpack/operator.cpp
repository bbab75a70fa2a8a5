#include "runtime/xnnpack/operator.h"

#include <omp.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace qs::runtime::xnnpack {

namespace {

Status toStatus(xnn_status status) {
    switch (status) {
        case xnn_status_success:
            return {};
        case xnn_status_invalid_parameter:
            return failure("XNNPACK takes no such parameters");
        case xnn_status_unsupported_parameter:
            return failure("XNNPACK does not support these parameters");
        case xnn_status_unsupported_hardware:
            return failure("XNNPACK does not support this processor");
        case xnn_status_out_of_memory:
            return failure("XNNPACK ran out of memory");
        case xnn_status_uninitialized:
        case xnn_status_invalid_state:
            break;
    }
    return failure("XNNPACK is not ready");
}

/// LibTorch initializes the same library for itself; XNNPACK allows that, and does it once.
Status initialize() {
    static const xnn_status status = xnn_initialize(nullptr);
    return toStatus(status);
}

using ThreadPool = std::shared_ptr<pthreadpool>;

/// About 20 us on one thread; waking another takes about 10.
constexpr int64_t kMacsWorthThreads = 2'000'000;

/// A pool of as many threads as OpenMP has now, shared by all plans that want that many; none for one thread,
/// which runs on its own.
ThreadPool threadPool() {
    static std::mutex mutex;
    static std::weak_ptr<pthreadpool> last;
    static int threadsOfLast = 0;
    const int threads = omp_get_max_threads();
    if (threads <= 1) {
        return nullptr;
    }
    const std::lock_guard lock(mutex);
    if (ThreadPool pool = last.lock(); pool && threadsOfLast == threads) {
        return pool;
    }
    ThreadPool pool(pthreadpool_create(static_cast<size_t>(threads)), pthreadpool_destroy);
    last = pool;
    threadsOfLast = threads;
    return pool;
}

void require(xnn_status status) {
    if (const Status result = toStatus(status); !result) {
        throw std::runtime_error(result.error().message);
    }
}

class OperatorCall {
  public:
    OperatorCall(std::shared_ptr<xnn_operator> op, Setup setup, ThreadPool pool)
        : op_(std::move(op)), setup_(std::move(setup)), pool_(std::move(pool)) {}

    void operator()() {
        if (!isSetUp_) {
            require(setup_(op_.get(), pool_.get()));
            isSetUp_ = true;
        }
        require(xnn_run_operator(op_.get(), pool_.get()));
    }

  private:
    std::shared_ptr<xnn_operator> op_;
    Setup setup_;
    ThreadPool pool_;
    bool isSetUp_ = false;
};

Operand atFixedAddress(NodeBuilder& b, const Operand& x) {
    if (x.buffer->external < 0) {
        return x;
    }
    Operand copy = b.temporary(x.shape, x.type, x.layout);
    b.addStep([from = x.buffer, to = copy.buffer, bytes = x.bytes()]() {
        std::memcpy(to->data, from->data, bytes);
    });
    return copy;
}

}  // namespace

Status addOperator(NodeBuilder& b, int64_t macs, const Create& create, Setup setup) {
    QS_TRY(initialize());
    xnn_operator_t made = nullptr;
    QS_TRY(toStatus(create(&made)));
    std::shared_ptr<xnn_operator> op(made, xnn_delete_operator);
    b.addStep(
        OperatorCall(std::move(op), std::move(setup), macs < kMacsWorthThreads ? nullptr : threadPool()));
    return {};
}

Result<Operand> inputOf(NodeBuilder& b, size_t i, Layout wanted) {
    QS_ASSIGN(const Operand x, b.input(i, wanted));
    return atFixedAddress(b, x);
}

Result<Operand> inputOf(NodeBuilder& b, size_t i) {
    QS_ASSIGN(const Operand x, b.input(i));
    return atFixedAddress(b, x);
}

}  // namespace qs::runtime::xnnpack
