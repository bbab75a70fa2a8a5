#include "fuzz/pickle_mutation.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "fuzz/zip.h"

namespace qs::test {

namespace {

using Random = std::mt19937_64;
using Opcodes = std::vector<std::string>;

size_t below(Random& random, size_t limit) {
    return limit == 0 ? 0 : static_cast<size_t>(random() % limit);
}

std::string little(uint64_t number, size_t width) {
    std::string bytes;
    for (size_t i = 0; i < width; ++i) {
        bytes.push_back(static_cast<char>(number >> (8 * i)));
    }
    return bytes;
}

/// Bytes of the opcode at `at`, with its argument.
size_t lengthAt(const std::string& pickle, size_t at) {
    const auto text = [&] {
        uint32_t length = 0;
        std::memcpy(&length, pickle.data() + std::min(at + 1, pickle.size() - 4), sizeof(length));
        return size_t{5} + length;
    };
    switch (pickle[at]) {
        case 'c':
            return pickle.find('\n', pickle.find('\n', at) + 1) + 1 - at;
        case 'X':
            return text();
        case 'G':
            return 9;
        case 'J':
        case 'r':
        case 'j':
            return 5;
        case 'M':
            return 3;
        case 'K':
        case 'q':
        case 'h':
        case '\x80':
            return 2;
        case '\x8a':
            return 10;
        default:
            return 1;
    }
}

Opcodes split(const std::string& pickle) {
    Opcodes opcodes;
    for (size_t at = 0; at < pickle.size();) {
        const size_t length = std::min(lengthAt(pickle, at), pickle.size() - at);
        opcodes.push_back(pickle.substr(at, length));
        at += length;
    }
    return opcodes;
}

std::string joined(const Opcodes& opcodes) {
    std::string pickle;
    for (const std::string& opcode : opcodes) {
        pickle += opcode;
    }
    return pickle;
}

/// The place of one of the opcodes in `kinds`, or of any where there is none.
size_t pick(const Opcodes& opcodes, const std::string& kinds, Random& random) {
    std::vector<size_t> places;
    for (size_t i = 0; i < opcodes.size(); ++i) {
        if (kinds.find(opcodes[i][0]) != std::string::npos) {
            places.push_back(i);
        }
    }
    return places.empty() ? below(random, opcodes.size()) : places[below(random, places.size())];
}

std::string extremeNumber(Random& random) {
    constexpr std::array<int64_t, 12> kNumbers{
        0, 1, 2, 3, -1, 255, 65536, 0x7fffffff, -0x80000000LL, int64_t{1} << 40, INT64_MAX, INT64_MIN};
    const int64_t number = kNumbers[below(random, kNumbers.size())];
    return number >= INT32_MIN && number <= INT32_MAX ? 'J' + little(static_cast<uint64_t>(number), 4)
                                                      : "\x8a\x08" + little(static_cast<uint64_t>(number), 8);
}

std::string otherName(Random& random) {
    const std::array<const char*, 12> names{"ctorch\nFloatStorage\n",
                                            "ctorch\nQInt8Storage\n",
                                            "ctorch\nQUInt4x2Storage\n",
                                            "ctorch\nComplexDoubleStorage\n",
                                            "ctorch\nper_tensor_affine\n",
                                            "ctorch\nper_channel_affine\n",
                                            "ctorch._utils\n_rebuild_qtensor\n",
                                            "ctorch._utils\n_rebuild_tensor_v2\n",
                                            "ctorch.jit._pickle\nbuild_intlist\n",
                                            "ctorch.jit._pickle\nrestore_type_tag\n",
                                            "c__torch__.torch.classes.quantized\nConv2dPackedParamsBase\n",
                                            "c__torch__.torch.classes.quantized\nLinearPackedParamsBase\n"};
    return names[below(random, names.size())];
}

std::string memoIndex(Random& random) {
    constexpr std::array<uint64_t, 5> kIndices{0, 1, 255, 1 << 27, UINT32_MAX};
    return little(kIndices[below(random, kIndices.size())], 4);
}

void change(Opcodes& opcodes, Random& random) {
    // What stands at the ends, PROTO and STOP, stays most of the time.
    const size_t place = 1 + below(random, opcodes.size() - 1);
    switch (below(random, 8)) {
        case 0:
        case 1:
            opcodes[pick(opcodes, "KMJ\x8a", random)] = extremeNumber(random);
            break;
        case 2:
            opcodes[pick(opcodes, "c", random)] = otherName(random);
            break;
        case 3: {
            const size_t memo = pick(opcodes, "qhrj", random);
            const bool stores = opcodes[memo][0] == 'q' || opcodes[memo][0] == 'r';
            opcodes[memo] = (stores ? "r" : "j") + memoIndex(random);
            break;
        }
        case 4:
            opcodes.insert(opcodes.begin() + static_cast<std::ptrdiff_t>(place),
                           opcodes[below(random, opcodes.size())]);
            break;
        case 5:
            opcodes.erase(opcodes.begin() + static_cast<std::ptrdiff_t>(place));
            break;
        case 6:
            opcodes.insert(opcodes.begin() + static_cast<std::ptrdiff_t>(place),
                           std::string(size_t{1} << below(random, 18), '\x85'));
            break;
        default:
            std::swap(opcodes[place], opcodes[1 + below(random, opcodes.size() - 1)]);
            break;
    }
}

}  // namespace

std::string mutatePickle(const std::string& pickle, uint64_t seed) {
    Random random(seed);
    Opcodes opcodes = split(pickle);
    for (size_t changes = 1 + below(random, 3); changes > 0 && opcodes.size() > 2; --changes) {
        change(opcodes, random);
    }
    return joined(opcodes);
}

std::string mutatePickleInside(const std::string& archive, uint64_t seed) {
    std::vector<ZipEntry> entries = readZip(archive);
    std::vector<ZipEntry*> pickles;
    for (ZipEntry& entry : entries) {
        if (entry.name.ends_with("pkl")) {
            // data.pkl holds what matters most.
            pickles.insert(pickles.end(), entry.name.ends_with("/data.pkl") ? 8 : 1, &entry);
        }
    }
    Random random(seed ^ 0x9e3779b97f4a7c15);
    std::string& content = pickles.at(below(random, pickles.size()))->content;
    content = mutatePickle(content, seed);
    return writeStoredZip(entries);
}

}  // namespace qs::test
