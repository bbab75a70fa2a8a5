#include "workbench/recent.h"

#include <gtest/gtest.h>

namespace qs {
namespace {

std::shared_ptr<const int> number(int value) {
    return std::make_shared<const int>(value);
}

TEST(Recent, FindsUnderEachKey) {
    Recent<int> recent(2);
    recent.keep({"a", "b"}, number(1));
    EXPECT_EQ(*recent.find("a"), 1);
    EXPECT_EQ(*recent.find("b"), 1);
    EXPECT_FALSE(recent.find("c"));
    recent.keep({"b"}, number(2));
    EXPECT_EQ(*recent.find("b"), 2);
    EXPECT_FALSE(recent.find("a")) << "one value had both keys";
}

TEST(Recent, LetsGoOfWhatWasUsedLongestAgo) {
    Recent<int> recent(2);
    recent.keep({"a"}, number(1));
    recent.keep({"b"}, number(2));
    EXPECT_TRUE(recent.find("a"));
    recent.keep({"c"}, number(3));
    EXPECT_TRUE(recent.find("a"));
    EXPECT_FALSE(recent.find("b"));
    EXPECT_TRUE(recent.find("c"));
}

TEST(Recent, KeepsWithinItsMemoryButAlwaysTheNewest) {
    Recent<int> recent(10, 100);
    recent.keep({"a"}, number(1), 60);
    recent.keep({"b"}, number(2), 40);
    EXPECT_TRUE(recent.find("a"));
    EXPECT_TRUE(recent.find("b"));
    recent.keep({"c"}, number(3), 30);
    EXPECT_TRUE(recent.find("b"));
    EXPECT_FALSE(recent.find("a"));
    recent.keep({"d"}, number(4), 1000);
    EXPECT_TRUE(recent.find("d"));
    EXPECT_FALSE(recent.find("b"));
    EXPECT_FALSE(recent.find("c"));
}

TEST(Recent, WhatWasFoundOutlivesIt) {
    Recent<int> recent(1);
    recent.keep({"a"}, number(1));
    const auto found = recent.find("a");
    recent.keep({"b"}, number(2));
    EXPECT_EQ(*found, 1);
}

}  // namespace
}  // namespace qs
