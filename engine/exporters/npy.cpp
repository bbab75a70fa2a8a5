#include "exporters/npy.h"

#include <stdexcept>

namespace qs {

namespace {

const char* description(at::ScalarType type) {
    switch (type) {
        case at::kFloat:
            return "<f4";
        case at::kDouble:
            return "<f8";
        case at::kByte:
            return "|u1";
        case at::kChar:
            return "|i1";
        case at::kInt:
            return "<i4";
        case at::kLong:
            return "<i8";
        case at::kBool:
            return "|b1";
        default:
            throw std::invalid_argument(std::string("no .npy type for ") + c10::toString(type));
    }
}

std::string shapeTuple(at::IntArrayRef sizes) {
    std::string text = "(";
    for (const int64_t size : sizes) {
        text += std::to_string(size) + ",";
    }
    return text + ")";
}

}  // namespace

std::string toNpy(const at::Tensor& tensor) {
    const at::Tensor packed = tensor.contiguous();
    std::string header = std::string("{'descr': '") + description(packed.scalar_type()) +
                         "', 'fortran_order': False, 'shape': " + shapeTuple(packed.sizes()) + ", }";
    constexpr size_t alignment = 64, prefix = 10;  // of the data; magic, version and length of the header
    header.resize((prefix + header.size() + 1 + alignment - 1) / alignment * alignment - prefix - 1, ' ');
    header += '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() & 0xff);
    bytes += static_cast<char>(header.size() >> 8);
    bytes += header;
    bytes.append(static_cast<const char*>(packed.data_ptr()), packed.nbytes());
    return bytes;
}

}  // namespace qs
