#include "core/presentable.h"

#include <gtest/gtest.h>

namespace qs {
namespace {

TEST(Presentable, LeavesASentenceAlone) {
    EXPECT_EQ(presentable("net.pt: the layer 模型 has no weight"), "net.pt: the layer 模型 has no weight");
}

TEST(Presentable, IsOneLineOfPrintableText) {
    EXPECT_EQ(presentable("class 'a\nb\x1b\xff' is not known"), "class 'a\\nb\\x1b\\xff' is not known");
}

TEST(Presentable, EndsAfterAFewLinesOfATerminal) {
    EXPECT_EQ(presentable(std::string(100000, 'x')), std::string(600, 'x') + "...");
    EXPECT_EQ(presentable(std::string(600, 'x')), std::string(600, 'x'));
}

TEST(Presentable, CutsNoCharacterInTwo) {
    std::string text(599, 'x');
    for (int i = 0; i < 1000; ++i) {
        text += "é";
    }
    EXPECT_EQ(presentable(text), std::string(599, 'x') + "...");
}

TEST(Presentable, KeepsTheKindOfAnError) {
    const Error error = presentable(usageError("a\tb"));
    EXPECT_EQ(error.kind, ErrorKind::Usage);
    EXPECT_EQ(error.message, "a\\tb");
}

}  // namespace
}  // namespace qs
