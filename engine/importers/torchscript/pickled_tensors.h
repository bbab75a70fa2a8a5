#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/torchscript/pickle.h"

namespace qs {

/// The records beside a pickle that hold its tensors' elements, by the names that the pickle uses.
struct TensorRecords {
    /// Bytes of a record; nothing where there is none.
    std::function<std::optional<uint64_t>(std::string_view name)> size;
    /// All its bytes. Throws what LibTorch throws.
    std::function<std::string(std::string_view name)> read;
};

/// The geometry of a tensor, in elements.
struct PickledTensor {
    at::ScalarType type = at::kFloat;
    std::string_view record;
    int64_t offset = 0;
    std::vector<int64_t> sizes, strides;

    int64_t numel() const;
};

/// What LibTorch puts tensors together by.
bool isTensor(const PickleValue& value);

/// A tensor that checkTensor() found sound.
PickledTensor tensorOf(const PickleValue& value);

/// A tensor of one dimension and 1, 2, 4 or 8 bytes an element, as numbers. `value` must be sound.
std::vector<double> numbersOf(const PickleValue& value, const TensorRecords& records);

/// Whether a storage's record is there and holds the elements that it claims.
Status checkStorage(const PickleValue& storage, const TensorRecords& records);

/// Bytes that a sound storage takes.
uint64_t storageBytes(const PickleValue& storage);

/// Whether every element lies in the storage, and a quantized tensor's scales are positive numbers, as many
/// as there are channels. LibTorch believes all of that. The storages and tensors inside must be sound.
Status checkTensor(const PickleValue& tensor, const TensorRecords& records);

}  // namespace qs
