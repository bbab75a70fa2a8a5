#pragma once

#include <ATen/ops/empty.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "quant/observer.h"

namespace qs::test {

/// reference.json, written by make_reference.py with PyTorch 1.13.
inline const nlohmann::json& reference() {
    static const nlohmann::json json =
        nlohmann::json::parse(std::ifstream(QS_SOURCE_DIR "/tests/quant/reference.json"));
    return json;
}

inline float floatOf(int32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

/// A float32 tensor of `shape` from the bits of its elements.
inline at::Tensor tensorOf(const nlohmann::json& bits, const std::vector<int64_t>& shape) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    float* to = tensor.data_ptr<float>();
    for (const auto& element : bits) {
        *to++ = floatOf(element.get<int32_t>());
    }
    return tensor;
}

inline at::Tensor tensorOf(const nlohmann::json& tensor) {
    return tensorOf(tensor["bits"], tensor["shape"].get<std::vector<int64_t>>());
}

inline DType dtypeOf(const nlohmann::json& json) {
    return dtypeFromString(json["dtype"].get<std::string>()).value();
}

}  // namespace qs::test
