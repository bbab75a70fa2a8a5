#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <chrono>
#include <span>
#include <vector>

#include "core/result.h"

namespace qs {

/// The tensors of what a module returns: one, or a tuple or list of them. Throws c10::Error for anything
/// else.
std::vector<at::Tensor> tensorsOf(const c10::IValue& result);

/// Milliseconds that `run` takes, which returns a Result or Status.
template <typename F>
Result<double> timed(F&& run) {
    const auto begin = std::chrono::steady_clock::now();
    QS_TRY(run());
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace qs
