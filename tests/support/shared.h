#pragma once

#include <memory>
#include <utility>

namespace qs::samples {

template <typename T>
std::shared_ptr<const T> share(T value) {
    return std::make_shared<const T>(std::move(value));
}

/// Puts a changed copy in the place of what is shared.
template <typename T, typename Change>
void change(std::shared_ptr<const T>& shared, const Change& change) {
    T copy = *shared;
    change(copy);
    shared = share(std::move(copy));
}

}  // namespace qs::samples
