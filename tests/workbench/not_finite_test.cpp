// Values that are not finite, in data, weights and outputs: named, and never counted as right.

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "protocol/json.h"
#include "workbench/script_models.h"
#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class NotFinite : public WorkbenchTest {
  protected:
    static constexpr auto kTwoLayers = R"JIT(
        def forward(self, x):
            h = torch.relu(torch.linear(x, self.first))
            return torch.linear(h, self.second)
    )JIT";

    std::string twoLayers(const at::Tensor& first, const at::Tensor& second) const {
        test::saveScript(file("net.pt"), kTwoLayers, {{"first", first}, {"second", second}});
        return file("net.pt");
    }

    /// 40 samples of 6 numbers, with classes.
    protocol::DataSpec data(const at::Tensor& x) const {
        test::saveNpy(file("x.npy"), x);
        test::saveNpy(file("y.npy"), at::arange(x.size(0), at::kLong).remainder(4));
        return {"npy:" + file("x.npy") + "," + file("y.npy"), {}};
    }

    static at::Tensor samples() {
        at::manual_seed(1);
        return at::randn({40, 6});
    }

    static protocol::Recipe quick() {
        protocol::Recipe quick = recipe();
        quick.calib_samples = 8;
        quick.eval_samples = 0;
        quick.latency_runs = 0;
        return quick;
    }

    static std::string net(const NotFinite& test) {
        at::manual_seed(2);
        return test.twoLayers(at::randn({5, 6}), at::randn({4, 5}));
    }
};

TEST_F(NotFinite, SamplesAreNamedAndLeftOut) {
    at::Tensor x = samples();
    x[3][2] = kNan;
    x[31][0] = kInfinity;
    const auto result = workbench_.measure({net(*this), data(x), {}, quick()}, job_);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_THAT(result->skipped,
                ElementsAre(AllOf(HasSubstr("x.npy"), HasSubstr("sample 3:"), HasSubstr("not finite")),
                            AllOf(HasSubstr("x.npy"), HasSubstr("sample 31:"), HasSubstr("not finite"))));
    const auto whole = workbench_.measure({net(*this), data(samples()), {}, quick()}, job_);
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_THAT(whole->skipped, IsEmpty());
    EXPECT_LT(result->measured.samples, whole->measured.samples);
    for (const auto& layer : result->layers) {
        EXPECT_TRUE(layer.sqnr_db && std::isfinite(*layer.sqnr_db)) << layer.name;
    }
}

TEST_F(NotFinite, DataWithoutAFiniteSampleIsRefused) {
    const auto result = workbench_.measure({net(*this), data(at::full({40, 6}, kNan)), {}, quick()}, job_);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("nothing to calibrate on"));
}

TEST_F(NotFinite, WeightsAreBlamedOnTheirOwnLayer) {
    at::Tensor second = at::randn({4, 5});
    second[1][1] = kNan;
    const std::string model = twoLayers(at::randn({5, 6}), second);
    const auto opened = workbench_.openModel({model, data(samples()), {}});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_THAT(opened->notes, Contains(AllOf(HasSubstr("layer linear#2: its weight"),
                                              HasSubstr("holds 1 value that is not finite"))));
    const auto result = workbench_.measure({model, data(samples()), {}, quick()}, job_);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("layer linear#2: its weight"));
}

TEST_F(NotFinite, AnFp32NetworkThatOverflowsIsSaidFirst) {
    test::saveScript(file("net.pt"), R"JIT(
        def forward(self, x):
            h = torch.linear(x, self.first)
            return torch.sqrt(torch.relu(h) - 1.0)
    )JIT",
                     {{"first", at::randn({4, 6})}});
    const auto result = workbench_.measure({file("net.pt"), data(samples()), {}, quick()}, job_);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_FALSE(result->notes.empty());
    EXPECT_THAT(result->notes, Contains(AllOf(HasSubstr("the FP32 network itself gives values that are not "
                                                        "finite"),
                                              HasSubstr("first in sqrt"))));
    EXPECT_LT(result->agreement.value_or(0), 100);
    const std::string json = nlohmann::json(*result).dump();
    EXPECT_EQ(json.find("nan"), std::string::npos);
}

TEST_F(NotFinite, OpeningCanBeCancelled) {
    CancelToken token;
    token.cancel();
    const auto opened = workbench_.openModel({resnet(), {}, {}}, Job({}, token));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Cancelled);
}

}  // namespace
}  // namespace qs
