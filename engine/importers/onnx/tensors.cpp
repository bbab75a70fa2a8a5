#include "importers/onnx/tensors.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <fcntl.h>
#include <onnx/onnx_pb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "importers/onnx/sizes.h"
#include "importers/tracer.h"

namespace qs {

namespace fs = std::filesystem;
using ::onnx::TensorProto;

namespace {

/// Below this a copy costs less than keeping the message's string.
constexpr size_t kSmall = 1024;

/// How an element lies in a file, and what it becomes.
struct ElementType {
    int onnx;
    const char* name;
    size_t size;  ///< bytes in the file; 0: not representable
    at::ScalarType stored;
    at::ScalarType used;
};

// Unsigned types of more than a byte are read as the signed one of the same width and then widened.
constexpr ElementType kTypes[] = {
    {1, "float", 4, at::kFloat, at::kFloat},       {2, "uint8", 1, at::kByte, at::kByte},
    {3, "int8", 1, at::kChar, at::kChar},          {4, "uint16", 2, at::kShort, at::kInt},
    {5, "int16", 2, at::kShort, at::kShort},       {6, "int32", 4, at::kInt, at::kInt},
    {7, "int64", 8, at::kLong, at::kLong},         {8, "string", 0, at::kByte, at::kByte},
    {9, "bool", 1, at::kBool, at::kBool},          {10, "float16", 2, at::kHalf, at::kFloat},
    {11, "double", 8, at::kDouble, at::kDouble},   {12, "uint32", 4, at::kInt, at::kLong},
    {13, "uint64", 8, at::kLong, at::kLong},       {14, "complex64", 0, at::kByte, at::kByte},
    {15, "complex128", 0, at::kByte, at::kByte},   {16, "bfloat16", 2, at::kBFloat16, at::kFloat},
    {17, "float8e4m3fn", 0, at::kByte, at::kByte}, {18, "float8e4m3fnuz", 0, at::kByte, at::kByte},
    {19, "float8e5m2", 0, at::kByte, at::kByte},   {20, "float8e5m2fnuz", 0, at::kByte, at::kByte},
    {21, "uint4", 0, at::kByte, at::kByte},        {22, "int4", 0, at::kByte, at::kByte},
};

const ElementType* findType(int type) {
    const auto it = std::find_if(std::begin(kTypes), std::end(kTypes),
                                 [&](const ElementType& known) { return known.onnx == type; });
    return it == std::end(kTypes) ? nullptr : it;
}

[[noreturn]] void fail(const std::string& name, const std::string& what) {
    throw ImportError("tensor " + name + " " + what);
}

bool isUnsigned(int type) {
    return type == TensorProto::UINT16 || type == TensorProto::UINT32;
}

at::Tensor widen(const at::Tensor& stored, const ElementType& type, const std::string& name) {
    if (isUnsigned(type.onnx)) {
        const int64_t mask = type.onnx == TensorProto::UINT16 ? 0xffff : 0xffffffff;
        return stored.to(at::kLong).bitwise_and(mask).to(type.used);
    }
    if (type.onnx == TensorProto::UINT64 && stored.numel() > 0 && stored.min().item<int64_t>() < 0) {
        fail(name, "holds uint64 numbers above 2^63, which LibTorch cannot represent");
    }
    return stored.scalar_type() == type.used ? stored : stored.to(type.used);
}

/// Elements of a typed field, narrowed to the type as it lies in raw data.
template <typename To, typename Field>
void narrow(const Field& field, at::Tensor& target) {
    auto* out = static_cast<To*>(target.data_ptr());
    std::transform(field.begin(), field.end(), out, [](auto value) { return static_cast<To>(value); });
}

template <typename Field>
void narrowTo(const Field& field, size_t size, at::Tensor& target) {
    switch (size) {
        case 1:
            return narrow<uint8_t>(field, target);
        case 2:
            return narrow<uint16_t>(field, target);
        case 4:
            return narrow<uint32_t>(field, target);
        default:
            return narrow<uint64_t>(field, target);
    }
}

/// Keeps a repeated field of the tensor's own element type and refers to it.
template <typename Field>
at::Tensor keep(Field* field, const std::vector<int64_t>& dims, at::ScalarType type) {
    auto owner = std::make_shared<Field>();
    owner->Swap(field);
    return at::from_blob(
        owner->mutable_data(), dims, [owner](void*) {}, at::TensorOptions(type));
}

at::Tensor takeTyped(TensorProto& proto, const std::string& name, const ElementType& type,
                     const std::vector<int64_t>& dims, int64_t count) {
    const auto checked = [&](const auto& field) -> const auto& {
        if (field.size() != count) {
            fail(name,
                 "has the shape " + shapeText(dims) + " but " + std::to_string(field.size()) + " elements");
        }
        return field;
    };
    at::Tensor result;
    const auto allocate = [&] { result = at::empty(dims, at::TensorOptions(type.stored)); };
    switch (type.onnx) {
        case TensorProto::FLOAT:
            checked(proto.float_data());
            return keep(proto.mutable_float_data(), dims, at::kFloat);
        case TensorProto::DOUBLE:
            checked(proto.double_data());
            return keep(proto.mutable_double_data(), dims, at::kDouble);
        case TensorProto::INT64:
            checked(proto.int64_data());
            return keep(proto.mutable_int64_data(), dims, at::kLong);
        case TensorProto::UINT32:
        case TensorProto::UINT64: {
            const auto& field = checked(proto.uint64_data());
            allocate();
            narrowTo(field, type.size, result);
            return result;
        }
        case TensorProto::BOOL: {
            const auto& field = checked(proto.int32_data());
            allocate();
            std::transform(field.begin(), field.end(), result.data_ptr<bool>(),
                           [](int32_t value) { return value != 0; });
            return result;
        }
        default: {
            const auto& field = checked(proto.int32_data());
            allocate();
            narrowTo(field, type.size, result);
            return result;
        }
    }
}

bool isInside(const fs::path& file, const fs::path& folder) {
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return end == folder.end();
}

}  // namespace

std::optional<at::ScalarType> onnxElementType(int type) {
    const ElementType* known = findType(type);
    return known == nullptr || known->size == 0 ? std::nullopt : std::optional(known->used);
}

int onnxElementNumber(const std::string& name) {
    TensorProto::DataType type = TensorProto::UNDEFINED;
    TensorProto::DataType_Parse(name, &type);
    return type;
}

std::string onnxElementName(int type) {
    const ElementType* known = findType(type);
    return known == nullptr ? "type " + std::to_string(type) : known->name;
}

/// A file in memory, private to this process: writing to it changes nothing on disk.
struct OnnxTensorReader::Mapping {
    char* data = nullptr;
    size_t size = 0;
    Mapping() = default;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (data != nullptr) {
            ::munmap(data, size);
        }
    }
};

/// A tensor's bytes, and what keeps them alive.
struct OnnxTensorReader::Bytes {
    char* data = nullptr;
    std::shared_ptr<void> owner;
};

std::shared_ptr<OnnxTensorReader::Mapping> OnnxTensorReader::map(const std::string& location,
                                                                 const std::string& name) {
    if (const auto known = mappings_.find(location); known != mappings_.end()) {
        return known->second;
    }
    const fs::path relative(location);
    const bool climbs = std::find(relative.begin(), relative.end(), "..") != relative.end();
    if (location.empty() || relative.is_absolute() || climbs || location.find('\0') != std::string::npos) {
        fail(name, "keeps its data in \"" + location + "\", which is not inside the model's folder");
    }
    const fs::path folder = model_.has_parent_path() ? model_.parent_path() : fs::path(".");
    const fs::path path = folder / relative;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        fail(name, "keeps its data in " + path.string() + ", which is missing: put it beside the model");
    }
    // A model hub's cache links model and data to a store: there both lie in the same real folder.
    const fs::path real = fs::canonical(path, error);
    if (!isInside(real, fs::canonical(folder, error)) &&
        !isInside(real, fs::canonical(model_, error).parent_path())) {
        fail(name, "keeps its data in " + path.string() + ", which leads out of the model's folder");
    }
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        fail(name, "keeps its data in " + path.string() + ", which cannot be read: " + std::strerror(errno));
    }
    auto mapping = std::make_shared<Mapping>();
    mapping->size = static_cast<size_t>(fs::file_size(path, error));
    void* data = mapping->size == 0
                     ? nullptr
                     : ::mmap(nullptr, mapping->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    ::close(file);
    if (data == MAP_FAILED) {
        fail(name,
             "keeps its data in " + path.string() + ", which cannot be mapped: " + std::strerror(errno));
    }
    mapping->data = static_cast<char*>(data);
    mappings_[location] = mapping;
    return mapping;
}

OnnxTensorReader::Bytes OnnxTensorReader::takeBytes(TensorProto& proto, const std::string& name,
                                                    size_t size) {
    if (proto.data_location() != TensorProto::EXTERNAL) {
        std::shared_ptr<std::string> raw(proto.release_raw_data());
        if (raw->size() != size) {
            fail(name, "needs " + std::to_string(size) + " bytes for its shape but holds " +
                           std::to_string(raw->size()));
        }
        return {raw->data(), raw};
    }
    std::string location;
    uint64_t offset = 0;
    uint64_t length = size;
    const auto number = [&](const std::string& text) {
        if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
            fail(name, "has external data at \"" + text + "\", which is not a number of bytes");
        }
        return static_cast<uint64_t>(std::stoull(text));
    };
    for (const auto& entry : proto.external_data()) {
        if (entry.key() == "location") {
            location = entry.value();
        } else if (entry.key() == "offset") {
            offset = number(entry.value());
        } else if (entry.key() == "length") {
            length = number(entry.value());
        }
    }
    const auto mapping = map(location, name);
    if (length != size) {
        fail(name, "needs " + std::to_string(size) + " bytes for its shape but its external data has " +
                       std::to_string(length));
    }
    if (offset > mapping->size || size > mapping->size - offset) {
        fail(name, "needs bytes " + std::to_string(offset) + " to " + std::to_string(offset + size) + " of " +
                       location + ", which has only " + std::to_string(mapping->size) +
                       ": the file is truncated or belongs to another model");
    }
    return {mapping->data + offset, mapping};
}

at::Tensor OnnxTensorReader::take(TensorProto& proto) {
    const std::string name = proto.name().empty() ? "without a name" : proto.name();
    const ElementType* type = findType(proto.data_type());
    if (type == nullptr || type->size == 0) {
        fail(name, "has elements of " + onnxElementName(proto.data_type()) + ", which cannot be represented");
    }
    const std::vector<int64_t> dims(proto.dims().begin(), proto.dims().end());
    const auto count = elementCount(dims);
    if (!count || *count > std::numeric_limits<int64_t>::max() / 8) {
        fail(name, "claims the impossible shape " + shapeText(dims));
    }
    if (proto.has_segment()) {
        fail(name, "is split into segments, which is not supported");
    }
    rounded_ += type->stored == at::kDouble && !dims.empty() ? 1 : 0;
    widened_ += type->stored == at::kHalf || type->stored == at::kBFloat16 ? 1 : 0;
    if (proto.data_location() != TensorProto::EXTERNAL && !proto.has_raw_data()) {
        return widen(takeTyped(proto, name, *type, dims, *count), *type, name);
    }
    const Bytes bytes = takeBytes(proto, name, static_cast<size_t>(*count) * type->size);
    const size_t size = static_cast<size_t>(*count) * type->size;
    const at::TensorOptions options(type->stored);
    if (size <= kSmall || reinterpret_cast<uintptr_t>(bytes.data) % type->size != 0) {
        at::Tensor copy = at::empty(dims, options);
        if (size > 0) {
            std::memcpy(copy.data_ptr(), bytes.data, size);
        }
        return widen(copy, *type, name);
    }
    return widen(at::from_blob(
                     bytes.data, dims, [owner = bytes.owner](void*) {}, options),
                 *type, name);
}

}  // namespace qs
