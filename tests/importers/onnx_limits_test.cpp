// What a small file may claim: sizes, counts, axes and divisors are refused by name where they make no sense.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "importers/onnx_model.h"

namespace qs::test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct RefusedCase {
    std::string name;
    std::string nodes;
    std::vector<std::string> words;  ///< that the message has
    Shape input = {1, 4, 6, 6};
    std::vector<Weight> weights = {{"w", {4, 4, 3, 3}}};
};

void PrintTo(const RefusedCase& refused, std::ostream* out) {
    *out << refused.name;
}

/// y: `first` doubled along axis 0 `times` times.
std::string doubled(const std::string& first, int times) {
    std::string nodes = "v0 = " + first + "\n";
    for (int i = 0; i < times; ++i) {
        nodes += "v" + std::to_string(i + 1) + " = Concat <axis = 0> (v" + std::to_string(i) + ", v" +
                 std::to_string(i) + ")\n";
    }
    return nodes + "s = ReduceSum <keepdims = 0> (v" + std::to_string(times) + ")\n y = Add (x, s)";
}

std::vector<RefusedCase> refusedCases() {
    return {
        {"HugeGroup", "y = Conv <group = 1099511627776> (x, w)", {"node y (Conv)", "group is 1099511627776"}},
        {"NoGroup", "y = Conv <group = 0> (x, w)", {"node y (Conv)", "group is 0"}},
        {"NegativeGroup", "y = ConvTranspose <group = -1> (x, w)", {"node y (ConvTranspose)", "group is -1"}},
        {"NoStride", "y = Conv <strides = [0, 1]> (x, w)", {"node y (Conv)", "strides holds 0"}},
        {"GroupOfAnotherType", "y = Conv <group = 1.5> (x, w)", {"attribute group", "FLOAT", "INT"}},
        {"StridesOfAnotherType", "y = Conv <strides = 2> (x, w)", {"attribute strides", "INT", "INTS"}},
        {"NoGroups", "y = GroupNormalization <num_groups = 0> (x, w, w)", {"num_groups is 0"}},
        {"WideKernel",
         "y = MaxPool <kernel_shape = [2147483647, 2], dilations = [2147483647, 1]> (x)",
         {"node y (MaxPool)", "too large"}},
        {"EndlessParts",
         "a, b = Split <num_outputs = 9223372036854775807> (x)\n y = Add (a, b)",
         {"cannot make 9223372036854775807 parts"}},
        {"DoublingConstants",
         "n = Constant <value = int64[1] {1048576}> ()\n" + doubled("ConstantOfShape (n)", 40),
         {"node "}},
        {"HugeActivation",
         "p = Constant <value = int64[8] {0, 0, 0, 0, 0, 0, 1073741824, 1073741824}> ()\n"
         "y = Pad <mode = \"constant\"> (x, p)",
         {"node y (Pad)", "larger than a model of this size"}},
        {"FarRegion",
         "r = Constant <value = float[8] {0, 0, 0, 0, 1, 1, 1, 1e30}> ()\n"
         "s = Constant <value = int64[4] {1, 1, 2, 2}> ()\n"
         "y = Resize <mode = \"linear\", coordinate_transformation_mode = \"tf_crop_and_resize\"> (x, r, , "
         "s)",
         {"node y (Resize)", "too far outside"}},
        {"SamplesByTheData",
         "r = Constant <value = float[1, 4] {0, 0, 1, 1}> ()\n b = Constant <value = int64[1] {0}> ()\n"
         "y = RoiAlign (x, r, b)",
         {"node y (RoiAlign)", "sampling_ratio 0"}},
        {"LongReflection",
         "p = Constant <value = int64[8] {0, 0, 0, 0, 0, 0, 0, 1073741824}> ()\n"
         "y = Pad <mode = \"wrap\"> (x, p)",
         {"node y (Pad)"},
         {1, 1, 1, 2}},
        {"EnormousInput", "y = Relu (x)", {"input x", "elements"}, {1, 1048576, 1048576, 1024}},
    };
}

class OnnxLimits : public testing::TestWithParam<RefusedCase> {};

TEST_P(OnnxLimits, AreRefusedByName) {
    const RefusedCase& refused = GetParam();
    const auto opened = importModel(parseModel(18, refused.input, refused.nodes, refused.weights));
    ASSERT_FALSE(opened);
    for (const std::string& word : refused.words) {
        EXPECT_THAT(opened.error().message, HasSubstr(word));
    }
    EXPECT_THAT(opened.error().message, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(All, OnnxLimits, testing::ValuesIn(refusedCases()),
                         [](const auto& info) { return info.param.name; });

TEST(OnnxBudget, ConstantsBelowTheBudgetAreComputed) {
    const auto opened = importModel(parseModel(
        13, {1}, "n = Constant <value = int64[1] {1048576}> ()\n" + doubled("ConstantOfShape (n)", 4)));
    EXPECT_TRUE(opened) << opened.error().message;
}

}  // namespace
}  // namespace qs::test
