#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "data/formats/byte_source.h"

namespace qs {

/// What the header of an .npy file says.
struct NpyHeader {
    char kind = 0;  ///< numpy's dtype kind: 'f', 'i' or 'u'
    int itemBytes = 0;
    std::vector<int64_t> shape;
};

/// Reads the header dictionary of an .npy file, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4),
/// }": exactly these keys, in any order; little-endian floats of 2, 4 or 8 bytes and integers of 1 to 8; C
/// order.
Result<NpyHeader> parseNpyHeader(const std::string& text);

/// An open .npy array (versions 1 to 3), whose size matches its header exactly. Safe from several threads.
class NpyFile {
  public:
    static Result<NpyFile> open(const std::filesystem::path& path);
    /// The array in `bytes`; `name` stands for it in messages.
    static Result<NpyFile> open(std::shared_ptr<const ByteSource> bytes, std::string name);

    const std::string& name() const { return name_; }
    const NpyHeader& header() const { return header_; }
    int64_t rows() const { return header_.shape[0]; }
    /// Elements behind the first dimension.
    int64_t rowSize() const { return rowSize_; }
    /// Rows [begin, begin + count) as they lie in the file.
    Result<std::vector<char>> readRows(int64_t begin, int64_t count) const;

  private:
    Status readHeader();
    Status checkSize();

    std::string name_;
    std::shared_ptr<const ByteSource> bytes_;
    NpyHeader header_;
    int64_t dataOffset_ = 0;
    int64_t rowSize_ = 1;
};

}  // namespace qs
