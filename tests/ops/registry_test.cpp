#include <gtest/gtest.h>

#include <set>

#include "ops/op.h"

namespace qs {
namespace {

class EveryOp : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryOp, IsComplete) {
    const OpDef& def = *ops().find(GetParam());
    EXPECT_EQ(def.name, GetParam());
    EXPECT_TRUE(def.forward);
    EXPECT_TRUE(!def.aten.empty() || def.name == "expand_batch") << "no operator opens it";
    EXPECT_TRUE(!def.fixedOutput || def.quant == QuantKind::Observed);
    for (const auto& binding : def.aten) {
        EXPECT_TRUE(binding.schema.starts_with("aten::")) << binding.schema;
        EXPECT_EQ(findAten(binding.schema).first, &def) << binding.schema << " belongs to two entries";
    }
    if (def.quant == QuantKind::Weighted) {
        EXPECT_TRUE(def.macs);
        ASSERT_EQ(def.parameters.size(), 3u);
        EXPECT_EQ(def.parameters[1], "weight");
        EXPECT_EQ(def.parameters[2], "bias");
    }
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryOp, ::testing::ValuesIn(ops().names()),
                         [](const auto& info) { return info.param; });

TEST(FindAten, HasNothingForAnUnknownOperator) {
    EXPECT_EQ(findAten("aten::no_such_op").first, nullptr);
}

}  // namespace
}  // namespace qs
