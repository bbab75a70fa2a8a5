#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace qs {

/// Who can mend an error: the caller's words (Usage, exit code 2), the world (Failed, exit code 1), or nobody
/// because the job was cancelled on request.
enum class ErrorKind { Usage, Failed, Cancelled };

/// What a program may go by, beside the sentence, by name: {"rule": 2, "key": "layer9"}.
using ErrorData = std::map<std::string, std::variant<bool, int64_t, std::string, std::vector<int64_t>>>;

/// What failed, on which file, layer or sample, and what to do about it, in one sentence for a person. A
/// program reads `data`, never the sentence.
struct Error {
    ErrorKind kind = ErrorKind::Failed;
    std::string message;
    ErrorData data = {};
};

inline Error usageError(std::string message, ErrorData data = {}) {
    return {ErrorKind::Usage, std::move(message), std::move(data)};
}
inline Error failure(std::string message, ErrorData data = {}) {
    return {ErrorKind::Failed, std::move(message), std::move(data)};
}
inline Error cancelled() {
    return {ErrorKind::Cancelled, "cancelled"};
}

/// A value or an Error. Implicitly constructed from either, so that functions just return one of them.
template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }
    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    const Error& error() const { return std::get<1>(state_); }

  private:
    std::variant<T, Error> state_;
};

/// Success, or an Error.
class [[nodiscard]] Status {
  public:
    Status() = default;
    Status(Error error) : error_(std::move(error)) {}

    explicit operator bool() const { return !error_; }
    const Error& error() const { return *error_; }

  private:
    std::optional<Error> error_;
};

}  // namespace qs

#define QS_CONCAT_(a, b) a##b
#define QS_CONCAT(a, b) QS_CONCAT_(a, b)

/// Returns the error of a Status or Result expression from the enclosing function, if it holds one.
#define QS_TRY(...)                                       \
    do {                                                  \
        if (auto qsStatus_ = (__VA_ARGS__); !qsStatus_) { \
            return qsStatus_.error();                     \
        }                                                 \
    } while (false)

/// Declares `decl` from a Result expression's value, or returns its error from the enclosing function.
#define QS_ASSIGN(decl, ...) QS_ASSIGN_(QS_CONCAT(qsResult_, __LINE__), decl, __VA_ARGS__)
#define QS_ASSIGN_(result, decl, ...) \
    auto result = (__VA_ARGS__);      \
    if (!result) {                    \
        return result.error();        \
    }                                 \
    decl = std::move(result).value()
