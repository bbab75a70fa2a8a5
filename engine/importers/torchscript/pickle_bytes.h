#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace qs {

/// The opcodes of protocol 2 that TorchScript uses, by the names of Python's pickletools.
enum PickleOpcode : unsigned char {
    kMark = '(',
    kStop = '.',
    kBinFloat = 'G',
    kBinInt = 'J',
    kBinInt1 = 'K',
    kBinInt2 = 'M',
    kNone = 'N',
    kBinPersId = 'Q',
    kReduce = 'R',
    kBinUnicode = 'X',
    kEmptyList = ']',
    kAppends = 'e',
    kBuild = 'b',
    kGlobal = 'c',
    kBinGet = 'h',
    kLongBinGet = 'j',
    kBinPut = 'q',
    kLongBinPut = 'r',
    kSetItem = 's',
    kTuple = 't',
    kSetItems = 'u',
    kEmptyDict = '}',
    kEmptyTuple = ')',
    kProto = 0x80,
    kNewObj = 0x81,
    kTuple1 = 0x85,
    kTuple2 = 0x86,
    kTuple3 = 0x87,
    kNewTrue = 0x88,
    kNewFalse = 0x89,
    kLong1 = 0x8a,
};

/// What is wrong with a pickle, in words to put behind its name.
struct Malformed {
    std::string why;
};

/// The numbers and texts of a pickle from front to back. Throws Malformed at the end of the bytes.
class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

    size_t size() const { return bytes_.size(); }

    std::string_view take(size_t count) {
        if (count > bytes_.size() - at_) {
            throw Malformed{"has no end"};
        }
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }

    unsigned char byte() { return static_cast<unsigned char>(take(1)[0]); }

    template <typename T>
    T little() {
        T value;
        std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
        return value;
    }

    double bigEndianReal() {
        char bytes[sizeof(double)];
        std::ranges::reverse_copy(take(sizeof(double)), bytes);
        return std::bit_cast<double>(bytes);
    }

    /// Two lines.
    std::string_view globalName() {
        const size_t first = bytes_.find('\n', at_);
        const size_t second = first == std::string_view::npos ? first : bytes_.find('\n', first + 1);
        if (second == std::string_view::npos) {
            throw Malformed{"has no end"};
        }
        const std::string_view name = take(second + 1 - at_);
        return name.substr(0, name.size() - 1);
    }

  private:
    std::string_view bytes_;
    size_t at_ = 0;
};

}  // namespace qs
