#include "importers/torchscript/pickled_tensors.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace qs {

namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kRebuild = "torch._utils\n_rebuild_tensor_v2";
constexpr std::string_view kRebuildQuantized = "torch._utils\n_rebuild_qtensor";
constexpr size_t kMostDimensions = 64;

struct StorageType {
    std::string_view global;
    at::ScalarType type;
    int elementsPerByte = 1;  ///< of types that are smaller than a byte
};

constexpr StorageType kStorageTypes[] = {
    {"torch\nFloatStorage", at::kFloat},
    {"torch\nDoubleStorage", at::kDouble},
    {"torch\nHalfStorage", at::kHalf},
    {"torch\nBFloat16Storage", at::kBFloat16},
    {"torch\nByteStorage", at::kByte},
    {"torch\nCharStorage", at::kChar},
    {"torch\nShortStorage", at::kShort},
    {"torch\nIntStorage", at::kInt},
    {"torch\nLongStorage", at::kLong},
    {"torch\nBoolStorage", at::kBool},
    {"torch\nComplexHalfStorage", at::kComplexHalf},
    {"torch\nComplexFloatStorage", at::kComplexFloat},
    {"torch\nComplexDoubleStorage", at::kComplexDouble},
    {"torch\nQInt8Storage", at::kQInt8},
    {"torch\nQUInt8Storage", at::kQUInt8},
    {"torch\nQInt32Storage", at::kQInt32},
    {"torch\nQUInt4x2Storage", at::kQUInt4x2, 2},
    {"torch\nQUInt2x4Storage", at::kQUInt2x4, 4},
};

const StorageType* storageType(const PickleValue& value) {
    const auto* found = std::ranges::find(kStorageTypes, value.text, &StorageType::global);
    return value.is(Kind::Global) && found != std::end(kStorageTypes) ? found : nullptr;
}

/// "cpu", "cuda", "cuda:0".
bool isDevice(std::string_view text) {
    const std::string_view type = text.substr(0, text.find(':'));
    const std::string_view index = text.substr(std::min(text.size(), type.size() + 1));
    return std::ranges::all_of(type, [](char c) { return c >= 'a' && c <= 'z'; }) && index.size() <= 2 &&
           std::ranges::all_of(index, [](char c) { return c >= '0' && c <= '9'; });
}

/// ("storage", type, record, device, number of elements), with a None behind them before PyTorch 1.5.
bool isWellFormed(const PickleValue& storage) {
    const auto& items = storage.items;
    return (items.size() == 5 || items.size() == 6) && items[0]->is(Kind::String) &&
           items[0]->text == "storage" && storageType(*items[1]) && items[2]->is(Kind::String) &&
           items[3]->is(Kind::String) && isDevice(items[3]->text) && items[4]->is(Kind::Int) &&
           items[4]->integer >= 0;
}

std::optional<std::vector<int64_t>> extents(const PickleValue& tuple) {
    std::vector<int64_t> extents;
    for (const PickleValue* item : tuple.items) {
        if (!item->is(Kind::Int) || item->integer < 0) {
            return std::nullopt;
        }
        extents.push_back(item->integer);
    }
    return tuple.is(Kind::Tuple) && extents.size() <= kMostDimensions ? std::optional(extents) : std::nullopt;
}

const std::vector<const PickleValue*>& arguments(const PickleValue& call) {
    return call.items[1]->items;
}

/// (storage, offset, sizes, strides, ...), with what is behind them of the right number and kind.
bool hasForm(const PickleValue& tensor, bool quantized) {
    const size_t least = quantized ? 7 : 6;
    if (!tensor.items[1]->is(Kind::Tuple)) {
        return false;
    }
    const auto& items = arguments(tensor);
    return items.size() >= least && items.size() <= least + 1 && items[0]->is(Kind::Storage) &&
           items[1]->is(Kind::Int) && extents(*items[2]) && extents(*items[3]) &&
           items[2]->items.size() == items[3]->items.size() && items[least - 2]->is(Kind::Bool);
}

/// The last element's position; nothing where it is beyond 64 bits.
std::optional<int64_t> lastElement(const PickledTensor& tensor) {
    int64_t last = tensor.offset;
    for (size_t i = 0; i < tensor.sizes.size(); ++i) {
        int64_t span = 0;
        if (__builtin_mul_overflow(tensor.sizes[i] - 1, tensor.strides[i], &span) ||
            __builtin_add_overflow(last, span, &last)) {
            return std::nullopt;
        }
    }
    return last;
}

/// Whether the product of the sizes is a number of 64 bits.
bool isCountable(const std::vector<int64_t>& sizes) {
    int64_t count = 1;
    return std::ranges::all_of(sizes, [&](int64_t size) {
        return !__builtin_mul_overflow(count, std::max<int64_t>(size, 1), &count);
    });
}

Status checkGeometry(const PickledTensor& tensor, const PickleValue& storage) {
    const StorageType& type = *storageType(*storage.items[1]);
    if (tensor.offset < 0 || !isCountable(tensor.sizes)) {
        return failure("has a tensor of impossible sizes");
    }
    if (tensor.numel() == 0) {
        return {};
    }
    const auto last = lastElement(tensor);
    if (!last || *last / type.elementsPerByte >= storage.items[4]->integer) {
        return failure("has a tensor that reaches beyond its record " + std::string(tensor.record));
    }
    return {};
}

Status checkScales(const PickleValue& scales, bool mayBeZero, const TensorRecords& records) {
    const auto values = numbersOf(scales, records);
    const bool sound = std::ranges::all_of(
        values, [&](double s) { return std::isfinite(s) && (s > 0 || (mayBeZero && s == 0)); });
    return sound ? Status() : failure("has a scale that no quantized tensor has");
}

/// One number for each of `size` channels.
bool isVector(const PickleValue& value, int64_t size) {
    if (!isTensor(value) || arguments(value)[2]->items.size() != 1) {
        return false;
    }
    const PickledTensor tensor = tensorOf(value);
    return !at::isQIntType(tensor.type) && !at::isComplexType(tensor.type) && tensor.sizes[0] == size &&
           size <= arguments(value)[0]->items[4]->integer;
}

Status checkPerChannel(const PickledTensor& tensor, const std::vector<const PickleValue*>& grid,
                       const TensorRecords& records) {
    const auto dimensions = static_cast<int64_t>(tensor.sizes.size());
    if (grid.size() != 4 || !grid[3]->is(Kind::Int) || grid[3]->integer < 0 ||
        grid[3]->integer >= dimensions) {
        return failure("has a quantized tensor whose channels are no dimension of it");
    }
    const int64_t channels = tensor.sizes[static_cast<size_t>(grid[3]->integer)];
    if (!isVector(*grid[1], channels) || !isVector(*grid[2], channels)) {
        return failure("has a quantized tensor with other than one scale and zero point a channel");
    }
    const bool floats = grid[0]->text == "torch\nper_channel_affine_float_qparams";
    return checkScales(*grid[1], floats, records);
}

Status checkGrid(const PickledTensor& tensor, const PickleValue& description, const TensorRecords& records) {
    const auto& grid = description.items;
    if (!description.is(Kind::Tuple) || grid.empty() || !grid[0]->is(Kind::Global)) {
        return failure("has a quantized tensor without scale and zero point");
    }
    if (grid[0]->text == "torch\nper_tensor_affine") {
        const bool sound = grid.size() == 3 && grid[1]->is(Kind::Float) && std::isfinite(grid[1]->real) &&
                           grid[1]->real > 0 && grid[2]->is(Kind::Int);
        return sound ? Status() : failure("has a scale that no quantized tensor has");
    }
    if (grid[0]->text == "torch\nper_channel_affine" ||
        grid[0]->text == "torch\nper_channel_affine_float_qparams") {
        return checkPerChannel(tensor, grid, records);
    }
    return failure("has a tensor that is quantized in an unknown way");
}

/// The element at `bytes`, of a type of one number.
double number(const char* bytes, at::ScalarType type) {
    const auto as = [&]<typename T>(T value) {
        std::memcpy(&value, bytes, sizeof(T));
        return static_cast<double>(value);
    };
    switch (type) {
        case at::kFloat:
            return as(float());
        case at::kDouble:
            return as(double());
        case at::kLong:
            return as(int64_t());
        case at::kInt:
            return as(int32_t());
        case at::kShort:
            return as(int16_t());
        case at::kChar:
            return as(int8_t());
        case at::kByte:
            return as(uint8_t());
        default:
            return std::nan("");
    }
}

}  // namespace

int64_t PickledTensor::numel() const {
    int64_t count = 1;
    for (const int64_t size : sizes) {
        count *= size;
    }
    return count;
}

bool isTensor(const PickleValue& value) {
    return value.calls(kRebuild) || value.calls(kRebuildQuantized);
}

PickledTensor tensorOf(const PickleValue& value) {
    const auto& items = arguments(value);
    const auto& storage = items[0]->items;
    return {.type = storageType(*storage[1])->type,
            .record = storage[2]->text,
            .offset = items[1]->integer,
            .sizes = extents(*items[2]).value(),
            .strides = extents(*items[3]).value()};
}

std::vector<double> numbersOf(const PickleValue& value, const TensorRecords& records) {
    const PickledTensor tensor = tensorOf(value);
    if (tensor.numel() == 0) {
        return {};
    }
    const std::string bytes = records.read(tensor.record);
    const size_t width = c10::elementSize(tensor.type);
    std::vector<double> numbers;
    for (int64_t i = 0; i < tensor.sizes.at(0); ++i) {
        const auto at = static_cast<size_t>(tensor.offset + i * tensor.strides[0]) * width;
        numbers.push_back(at + width <= bytes.size() ? number(bytes.data() + at, tensor.type) : std::nan(""));
    }
    return numbers;
}

uint64_t storageBytes(const PickleValue& storage) {
    return static_cast<uint64_t>(storage.items[4]->integer) *
           c10::elementSize(storageType(*storage.items[1])->type);
}

Status checkStorage(const PickleValue& storage, const TensorRecords& records) {
    if (!isWellFormed(storage)) {
        return failure("has a tensor without a place for its elements");
    }
    const int64_t elements = storage.items[4]->integer;
    constexpr int64_t kMostElements = int64_t{1} << 50;
    const auto size = records.size(storage.items[2]->text);
    if (elements > 0 && (!size || elements > kMostElements || storageBytes(storage) > *size)) {
        return failure("has a tensor of " + std::to_string(elements) + " elements whose record " +
                       std::string(storage.items[2]->text) + " has " + std::to_string(size.value_or(0)) +
                       " bytes");
    }
    return {};
}

Status checkTensor(const PickleValue& tensor, const TensorRecords& records) {
    const bool quantized = tensor.calls(kRebuildQuantized);
    if (!hasForm(tensor, quantized)) {
        return failure("has a tensor without sizes and strides");
    }
    const PickledTensor geometry = tensorOf(tensor);
    if (at::isQIntType(geometry.type) != quantized) {
        return failure("has a tensor whose elements are of another type than it");
    }
    QS_TRY(checkGeometry(geometry, *arguments(tensor)[0]));
    return quantized ? checkGrid(geometry, *arguments(tensor)[4], records) : Status();
}

}  // namespace qs
