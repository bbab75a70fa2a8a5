#include "core/printable.h"

#include <gtest/gtest.h>

namespace qs {
namespace {

using namespace std::string_literals;

TEST(Printable, LeavesOrdinaryTextAlone) {
    for (const char* text : {"", "layer4.1.conv2", "C:\\new", "Größe", "模型", "é", "😀"}) {
        EXPECT_EQ(printable(text), text);
    }
}

TEST(Printable, ShowsControlCharacters) {
    EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
    EXPECT_EQ(printable("one\ntwo\r\tthree"), "one\\ntwo\\r\\tthree");
    EXPECT_EQ(printable("nul\0, bell\a, delete\x7f"s), "nul\\x00, bell\\x07, delete\\x7f");
    EXPECT_EQ(printable("\u009b31m"), "\\x9b31m") << "C1: an escape sequence in one character";
}

TEST(Printable, ShowsWhatTurnsOrHidesText) {
    EXPECT_EQ(printable("a\u202eb\u2066c"), "a\\u202eb\\u2066c");
    EXPECT_EQ(printable("\u200bx\ufeffy\u2028z\U000e0041"), "\\u200bx\\ufeffy\\u2028z\\U000e0041");
}

TEST(Printable, ShowsBytesThatAreNoUtf8) {
    EXPECT_EQ(printable("a\xff\xfe"), "a\\xff\\xfe");
    EXPECT_EQ(printable("cut \xe6\xa8"), "cut \\xe6\\xa8");
    EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
}

TEST(Printable, LinesKeepTheirEnds) {
    EXPECT_EQ(printableLines("a\x1b\nb\r\n"), "a\\x1b\nb\\r\n");
}

}  // namespace
}  // namespace qs
