#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Files of arrays as NumPy and MNIST write them, and damaged ones.
namespace qs {

inline std::string npy(const std::string& dictionary, const std::string& values, char version = 1) {
    std::string bytes =
        "\x93NUMPY" + std::string{version, 0, char(dictionary.size()), char(dictionary.size() >> 8)};
    if (version > 1) {
        bytes += std::string(2, '\0');
    }
    return bytes + dictionary + values;
}

inline std::string dictionary(const std::string& descr, const std::string& shape) {
    return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }          \n";
}

template <typename T>
inline std::string bytesOf(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

inline std::string bigEndian(uint32_t value) {
    return {char(value >> 24), char(value >> 16), char(value >> 8), char(value)};
}

inline std::string idx(const std::vector<uint32_t>& shape, const std::string& values) {
    std::string bytes = {0, 0, 8, char(shape.size())};
    for (const uint32_t size : shape) {
        bytes += bigEndian(size);
    }
    return bytes + values;
}

}  // namespace qs
