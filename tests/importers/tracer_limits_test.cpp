// What the tracer holds every call against, whatever file it comes from.

#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "importers/tracer.h"

namespace qs {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const ImportError& error) {
        return error.what();
    }
    return "";
}

TEST(TracerLimits, ArgumentsOutOfRangeAreNamed) {
    Tracer tracer;
    const at::Tensor x = tracer.input("x", {1, 4, 8, 8});
    EXPECT_THAT(refusal([&] {
                    tracer.call("aten::channel_shuffle", {x, int64_t{1} << 40}, "mix");
                }),
                HasSubstr("layer mix: aten::channel_shuffle: groups is 1099511627776"));
    EXPECT_THAT(refusal([&] {
                    tracer.call("aten::pixel_shuffle", {x, 0}, "up");
                }),
                HasSubstr("upscale_factor is 0"));
    EXPECT_THAT(refusal([&] {
                    tracer.call("aten::reflection_pad2d", {x, std::vector<int64_t>{1}}, "pad");
                }),
                HasSubstr("padding has 1 numbers, not 4"));
    EXPECT_THAT(refusal([&] {
                    tracer.apply("aten::split.Tensor", {at::ones({1 << 20}), 1, 0}, "cut");
                }),
                HasSubstr("more than 65536 parts"));
}

TEST(TracerLimits, ConstantsHaveABudgetInSum) {
    constexpr int64_t kBudget = 1 << 20;
    Tracer tracer(Job(), kBudget);
    std::vector<at::Tensor> made;
    const auto makeOne = [&] {
        made.push_back(tracer.call("aten::ones", {std::vector<int64_t>{1 << 16}}, "table"));
    };
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(refusal(makeOne), "");
    }
    EXPECT_THAT(refusal(makeOne), HasSubstr("the constants that are computed take more than 1048576 bytes"));
}

TEST(TracerLimits, ViewsOfConstantsCostNothingAndWeightsWidenTheBudget) {
    Tracer tracer(Job(), 64);
    const at::Tensor weight = at::ones({1024});
    tracer.nameParameter(weight, "weight");
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(refusal([&] {
                      tracer.call("aten::expand", {weight, std::vector<int64_t>{64, 1024}}, "v");
                  }),
                  "");
    }
    EXPECT_EQ(refusal([&] { tracer.call("aten::neg", {weight}, "negative"); }), "");
}

TEST(TracerLimits, ActivationsThatNoMachineHolds) {
    Tracer tracer;
    EXPECT_THAT(refusal([&] {
                    tracer.input("x", {int64_t{1} << 30, int64_t{1} << 30});
                }),
                HasSubstr("input x has a shape of more than"));
    const at::Tensor x = tracer.input("x", {1, 1 << 16});
    EXPECT_THAT(refusal([&] {
                    tracer.call("aten::repeat", {x, std::vector<int64_t>{1 << 20, 1}}, "tile");
                }),
                HasSubstr("layer tile: aten::repeat: it makes a tensor of more than"));
}

TEST(TracerLimits, CancelledJobsEndTheTrace) {
    CancelToken token;
    Tracer tracer(Job({}, token));
    const at::Tensor x = tracer.input("x", {4});
    token.cancel();
    EXPECT_THROW(tracer.call("aten::relu", {x}, "act"), TraceCancelled);
}

}  // namespace
}  // namespace qs
