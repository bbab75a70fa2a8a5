#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "core/result.h"

namespace qs {

/// The first part of a third-party exception's text: without c10's backtrace, on one line.
std::string exceptionSummary(const std::exception& e);

/// Runs `body`, which calls a library that throws (c10, dnnl, cv, protobuf), and turns what it throws into a
/// failure that begins with `what`. `body` may return a T, a Result<T>, a Status or nothing.
template <typename F>
auto guard(const std::string& what, F&& body) {
    using R = std::invoke_result_t<F>;
    if constexpr (std::is_void_v<R>) {
        try {
            std::forward<F>(body)();
            return Status();
        } catch (const std::exception& e) {
            return Status(failure(what + ": " + exceptionSummary(e)));
        }
    } else if constexpr (std::is_constructible_v<R, Error>) {
        try {
            return std::forward<F>(body)();
        } catch (const std::exception& e) {
            return R(failure(what + ": " + exceptionSummary(e)));
        }
    } else {
        try {
            return Result<R>(std::forward<F>(body)());
        } catch (const std::exception& e) {
            return Result<R>(failure(what + ": " + exceptionSummary(e)));
        }
    }
}

}  // namespace qs
