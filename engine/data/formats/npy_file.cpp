#include "data/formats/npy_file.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

namespace qs {

namespace {

constexpr int64_t kLargestHeader = 1 << 16;
constexpr size_t kMostDimensions = 32;  ///< numpy's own limit

/// Reads a Python literal from left to right, with any spaces between tokens.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    bool accept(std::string_view token) {
        skipSpaces();
        if (text_.substr(0, token.size()) != token) {
            return false;
        }
        text_.remove_prefix(token.size());
        return true;
    }
    std::optional<std::string> quoted() {
        skipSpaces();
        if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) {
            return std::nullopt;
        }
        const size_t end = text_.find(text_[0], 1);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        std::string value(text_.substr(1, end - 1));
        text_.remove_prefix(end + 1);
        return value;
    }
    std::optional<int64_t> number() {
        skipSpaces();
        int64_t value = 0;
        const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (error != std::errc() || value < 0) {
            return std::nullopt;
        }
        text_.remove_prefix(size_t(end - text_.data()));
        return value;
    }
    bool atEnd() {
        skipSpaces();
        return text_.empty();
    }

  private:
    void skipSpaces() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size())); }

    std::string_view text_;
};

std::optional<std::vector<int64_t>> parseShape(Scanner& scanner) {
    std::vector<int64_t> shape;
    if (!scanner.accept("(")) {
        return std::nullopt;
    }
    while (!scanner.accept(")")) {
        const auto size = scanner.number();
        if (!size || shape.size() == kMostDimensions) {
            return std::nullopt;
        }
        shape.push_back(*size);
        if (!scanner.accept(",")) {
            // (5) is a number, not a tuple.
            if (shape.size() == 1 || !scanner.accept(")")) {
                return std::nullopt;
            }
            break;
        }
    }
    return shape;
}

Status parseDescr(const std::string& descr, NpyHeader& header) {
    const bool wellFormed = descr.size() == 3 && (descr[0] == '<' || descr[0] == '|') && descr[2] > '0';
    header.kind = wellFormed ? descr[1] : '\0';
    header.itemBytes = wellFormed ? descr[2] - '0' : 0;
    const bool known =
        header.kind == 'f'
            ? header.itemBytes == 2 || header.itemBytes == 4 || header.itemBytes == 8
            : (header.kind == 'i' || header.kind == 'u') && (header.itemBytes == 1 || header.itemBytes == 2 ||
                                                             header.itemBytes == 4 || header.itemBytes == 8);
    if (!known) {
        return failure("values of type '" + descr +
                       "' are not supported: save little-endian float16, float32 or float64, or integers");
    }
    return {};
}

uint32_t littleEndian(const unsigned char* bytes, int count) {
    uint32_t value = 0;
    for (int i = count - 1; i >= 0; --i) {
        value = value << 8 | bytes[i];
    }
    return value;
}

}  // namespace

Result<NpyHeader> parseNpyHeader(const std::string& text) {
    const Error malformed = failure("the header is malformed");
    Scanner scanner(text);
    NpyHeader header;
    std::optional<std::string> descr;
    std::optional<bool> fortranOrder;
    std::optional<std::vector<int64_t>> shape;
    if (!scanner.accept("{")) {
        return malformed;
    }
    while (!scanner.accept("}")) {
        const auto key = scanner.quoted();
        if (!key || !scanner.accept(":")) {
            return malformed;
        }
        if (*key == "descr" && !descr) {
            descr = scanner.quoted();
            if (!descr) {
                return failure("structured values are not supported");
            }
        } else if (*key == "fortran_order" && !fortranOrder) {
            fortranOrder = scanner.accept("True");
            if (!*fortranOrder && !scanner.accept("False")) {
                return malformed;
            }
        } else if (*key == "shape" && !shape) {
            shape = parseShape(scanner);
            if (!shape) {
                return malformed;
            }
        } else {
            return malformed;
        }
        if (!scanner.accept(",")) {
            if (!scanner.accept("}")) {
                return malformed;
            }
            break;
        }
    }
    if (!descr || !fortranOrder || !shape || !scanner.atEnd()) {
        return malformed;
    }
    if (*fortranOrder) {
        return failure("Fortran order is not supported: save numpy.ascontiguousarray(x)");
    }
    QS_TRY(parseDescr(*descr, header));
    header.shape = std::move(*shape);
    return header;
}

Result<NpyFile> NpyFile::open(const std::filesystem::path& path) {
    QS_ASSIGN(std::shared_ptr<const ByteSource> bytes, openBytes(path));
    return open(std::move(bytes), path.string());
}

Result<NpyFile> NpyFile::open(std::shared_ptr<const ByteSource> bytes, std::string name) {
    NpyFile file;
    file.name_ = std::move(name);
    file.bytes_ = std::move(bytes);
    QS_TRY(file.readHeader());
    QS_TRY(file.checkSize());
    return file;
}

Status NpyFile::readHeader() {
    // Magic, major and minor version, then the length of the header: 2 bytes in version 1, 4 in versions 2
    // and 3.
    unsigned char start[12] = {};
    const int64_t startBytes = std::min<int64_t>(sizeof start, bytes_->size());
    if (startBytes < 10 || !bytes_->read(0, start, startBytes) || std::memcmp(start, "\x93NUMPY", 6) != 0 ||
        start[6] < 1 || start[6] > 3) {
        return failure(name_ + " is not an .npy file");
    }
    const int lengthBytes = start[6] == 1 ? 2 : 4;
    const int64_t headerBytes = littleEndian(start + 8, lengthBytes);
    dataOffset_ = 8 + lengthBytes + headerBytes;
    if (headerBytes > kLargestHeader || dataOffset_ > bytes_->size()) {
        return failure(name_ + " is truncated or damaged: its header does not fit");
    }
    std::string text(size_t(headerBytes), '\0');
    if (const Status read = bytes_->read(8 + lengthBytes, text.data(), headerBytes); !read) {
        return failure("cannot read " + name_ + ": " + read.error().message);
    }
    auto header = parseNpyHeader(text);
    if (!header) {
        return failure(name_ + ": " + header.error().message);
    }
    header_ = std::move(*header);
    return header_.shape.empty() ? failure(name_ + " holds a single number, not an array") : Status();
}

Status NpyFile::checkSize() {
    int64_t promised = header_.itemBytes;
    bool overflow = false;
    for (size_t i = 0; i < header_.shape.size(); ++i) {
        overflow = overflow || __builtin_mul_overflow(promised, header_.shape[i], &promised);
        if (i > 0 && !overflow) {
            overflow = __builtin_mul_overflow(rowSize_, header_.shape[i], &rowSize_);
        }
    }
    const int64_t held = bytes_->size() - dataOffset_;
    if (overflow || promised != held) {
        return failure(name_ + " is truncated or damaged: it holds " + std::to_string(held) +
                       " bytes of values where its header promises " +
                       (overflow ? "more than any file can" : std::to_string(promised)));
    }
    return {};
}

Result<std::vector<char>> NpyFile::readRows(int64_t begin, int64_t count) const {
    const int64_t rowBytes = rowSize_ * header_.itemBytes;
    std::vector<char> bytes(size_t(count * rowBytes));
    const Status read = bytes_->read(dataOffset_ + begin * rowBytes, bytes.data(), int64_t(bytes.size()));
    if (!read) {
        return failure("cannot read " + name_ + ": " + read.error().message);
    }
    return bytes;
}

}  // namespace qs
