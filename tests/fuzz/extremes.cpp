#include "fuzz/extremes.h"

#include <array>
#include <limits>

namespace qs::test {

namespace {

constexpr size_t kLongText = 100000;

}  // namespace

int64_t extremeInteger(Random& random) {
    constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
    constexpr std::array<int64_t, 20> kIntegers{0,
                                                1,
                                                -1,
                                                2,
                                                -2,
                                                3,
                                                127,
                                                128,
                                                255,
                                                256,
                                                65536,
                                                std::numeric_limits<int32_t>::max(),
                                                std::numeric_limits<int32_t>::min(),
                                                int64_t(1) << 31,
                                                int64_t(1) << 32,
                                                int64_t(1) << 40,
                                                int64_t(1) << 62,
                                                kLeast,
                                                kMost,
                                                kMost - 1};
    return random.pick(kIntegers);
}

double extremeNumber(Random& random) {
    using Limits = std::numeric_limits<double>;
    constexpr std::array<double, 14> kNumbers{0,
                                              -0.0,
                                              1,
                                              -1,
                                              0.5,
                                              Limits::quiet_NaN(),
                                              Limits::infinity(),
                                              -Limits::infinity(),
                                              Limits::denorm_min(),
                                              Limits::max(),
                                              Limits::lowest(),
                                              std::numeric_limits<float>::denorm_min(),
                                              std::numeric_limits<float>::max(),
                                              1e-30};
    return random.pick(kNumbers);
}

std::string extremeText(Random& random) {
    using namespace std::string_literals;
    switch (random.below(4)) {
        case 0:
            return std::string(1 + random.below(kLongText), static_cast<char>('a' + random.below(26)));
        case 1:
            return "x"s + static_cast<char>(random.below(32)) + "y";
        default: {
            const std::array<std::string, 12> texts{
                "",    " ",       "\n\r\t",  "\x7f\x1b[31m", "%s%n%d",     "\"'\\",
                "\0"s, "a.b.c.d", "layer:0", "\u202e\ufeff", "\U0001f40d", "None"};
            return random.pick(texts);
        }
    }
}

std::string extremeBytes(Random& random) {
    using namespace std::string_literals;
    switch (random.below(3)) {
        case 0: {
            std::string noise(1 + random.below(64), '\0');
            for (char& byte : noise) {
                byte = static_cast<char>(random.next());
            }
            return noise;
        }
        case 1: {
            const std::array<std::string, 6> wrong{"\xff",         "\xc3",     "a\xf0\x9f\x98",
                                                   "\xed\xa0\x80", "\xc0\x80", "a\0b"s};
            return random.pick(wrong);
        }
        default:
            return extremeText(random);
    }
}

std::string extremeLiteral(Random& random) {
    const std::array<std::string, 16> literals{"0",
                                               "-1",
                                               "1e999",
                                               "-1e999",
                                               "1e-999",
                                               "-0",
                                               "007",
                                               "0x7f",
                                               "0.1e",
                                               "NaN",
                                               "2147483648",
                                               "9223372036854775807",
                                               "9223372036854775808",
                                               "-9223372036854775809",
                                               "1099511627776",
                                               std::string(400, '9')};
    return random.pick(literals);
}

}  // namespace qs::test
