#include "quant/algorithms/algorithm.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quant/networks.h"
#include "quant/observe.h"
#include "quant/pipeline.h"

namespace qs {
namespace {

using test::smallNetwork;
using test::StripesData;
using testing::ElementsAre;
using testing::HasSubstr;

using Stage = PtqAlgorithm::Stage;

Registry<PtqAlgorithm> threeAlgorithms() {
    PtqAlgorithm equalize, round, reconstruct;
    equalize.stage = Stage::BeforeCalibration;
    round.parameters = {{"steps", "", 10, 1, 100}};
    round.needs = {"equalize"};
    reconstruct.conflicts = {"round"};
    Registry<PtqAlgorithm> known;
    known.add("equalize", equalize);
    known.add("round", round);
    known.add("reconstruct", reconstruct);
    return known;
}

std::vector<std::string> namesInOrder(const std::vector<std::string>& names) {
    std::vector<AlgorithmStep> steps;
    for (const std::string& name : names) {
        steps.push_back({name});
    }
    const auto ordered = inOrder(threeAlgorithms(), steps);
    if (!ordered) {
        return {ordered.error().message};
    }
    std::vector<std::string> result;
    for (const AlgorithmStep& step : *ordered) {
        result.push_back(step.name);
    }
    return result;
}

TEST(AlgorithmOrder, ThoseBeforeCalibrationComeFirst) {
    EXPECT_THAT(namesInOrder({"round", "equalize"}), ElementsAre("equalize", "round"));
    EXPECT_THAT(namesInOrder({"reconstruct", "equalize"}), ElementsAre("equalize", "reconstruct"));
    EXPECT_THAT(namesInOrder({}), ElementsAre());
}

TEST(AlgorithmOrder, SaysWhatDoesNotGoTogether) {
    EXPECT_THAT(namesInOrder({"round"}),
                ElementsAre("algorithm 'round' needs equalize to run before it: put it in front"));
    EXPECT_THAT(namesInOrder({"equalize", "round", "reconstruct"}),
                ElementsAre("algorithm 'reconstruct' does not go together with round: leave out one"));
    EXPECT_THAT(namesInOrder({"equalize", "equalize"}),
                ElementsAre("algorithm 'equalize' is asked for twice: once is enough"));
    EXPECT_THAT(namesInOrder({"equalise"}),
                ElementsAre(HasSubstr("there is no algorithm 'equalise'; did you mean equalize")));
}

TEST(AlgorithmOrder, CompletesParametersAndChecksTheirRange) {
    const auto steps = inOrder(threeAlgorithms(), {{"equalize"}, {"round"}});
    ASSERT_TRUE(steps) << steps.error().message;
    EXPECT_EQ(steps->at(1).parameters, (Parameters{{"steps", 10}}));
    const auto wrong = inOrder(threeAlgorithms(), {{"equalize"}, {"round", {{"steps", 0}}}});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().message, "algorithm 'round': steps is 0, but has to lie between 1 and 100");
    const auto unknown = inOrder(threeAlgorithms(), {{"equalize", {{"steps", 1}}}});
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().message, HasSubstr("has no parameter 'steps': it has none"));
}

/// Adds 100 to every bias of a quantized layer.
Registry<PtqAlgorithm> raising(Stage stage, int& runs) {
    PtqAlgorithm def;
    def.stage = stage;
    def.apply = [&runs](const AlgorithmContext& context, const Parameters&,
                        Job&) -> Result<AlgorithmOutcome> {
        ++runs;
        EXPECT_EQ(context.data.size(), 32);
        return AlgorithmOutcome{{{"conv1", {at::full({8}, 100.0F)}}, {"fc", {at::full({3}, 100.0F)}}}};
    };
    Registry<PtqAlgorithm> known;
    known.add("raise", std::move(def));
    return known;
}

class PipelineWithAnAlgorithm : public ::testing::TestWithParam<Stage> {
  protected:
    Result<QuantizedNetwork> run(std::vector<AlgorithmStep> steps, const std::string& ofFc = "onednn",
                                 std::optional<Calibration> calibration = {}) {
        const RuleSet rules =
            RuleSet::make({{RuleMatch::Global, "", "onednn"}, {RuleMatch::Layer, "fc", ofFc}}).value();
        const auto known = raising(GetParam(), runs_);
        QuantizationSource source{network_, rules, std::move(calibration), {}, std::move(steps),
                                  &data_,   known};
        source.observe = [&](const Network& network,
                             Job& job) -> Result<std::shared_ptr<const NetworkStatistics>> {
            QS_ASSIGN(NetworkStatistics statistics, observe(network, data_, 0, 16, job));
            return std::make_shared<const NetworkStatistics>(std::move(statistics));
        };
        return quantizeNetwork(source, job_);
    }

    static at::Tensor biasOf(const QuantizedNetwork& network, const std::string& layer) {
        for (const QNode& node : network.converted.nodes) {
            if (node.layer == layer && node.weight) {
                return *node.bias;
            }
        }
        return {};
    }

    const Network network_ = fold(smallNetwork()).value();
    const StripesData data_{32};
    Job job_;
    int runs_ = 0;
};

TEST_P(PipelineWithAnAlgorithm, ChangesTheNetworkAndNotTheReference) {
    const auto plain = run({});
    const auto made = run({{"raise"}});
    ASSERT_TRUE(made) << made.error().message;
    for (const char* layer : {"conv1", "fc"}) {
        EXPECT_TRUE(at::allclose(biasOf(*made, layer), at::full_like(biasOf(*made, layer), 100), 1e-6));
    }
    EXPECT_TRUE(at::equal(biasOf(*made, "conv2"), biasOf(*plain, "conv2")));
    EXPECT_TRUE(at::equal(biasOf(run({}).value(), "conv1"), biasOf(*plain, "conv1")));
    ASSERT_EQ(made->reports.at(0).layers.size(), 2U);
    const double change = (biasOf(*plain, "conv1") - 100).abs().max().item<double>();
    EXPECT_NEAR(made->reports[0].layers[0].biasChange, change, 1e-4);
    EXPECT_EQ(made->reports[0].layers[1].layer, "fc");
}

TEST_P(PipelineWithAnAlgorithm, CalibratesWhatAlgorithmsBeforeItMade) {
    const auto plain = run({}), made = run({{"raise"}});
    ASSERT_TRUE(plain && made);
    const double scale = made->encodings.activations.at(EncodingKey("relu1.out")).scale[0];
    if (GetParam() == Stage::BeforeCalibration) {
        EXPECT_GT(scale, 100.0 / 256);
    } else {
        EXPECT_EQ(made->encodings.activations, plain->encodings.activations);
    }
}

TEST_P(PipelineWithAnAlgorithm, DoesNotRunAgainWhereItIsKnownWhatItChose) {
    const auto made = run({{"raise"}});
    ASSERT_TRUE(made);
    EXPECT_EQ(runs_, 1);
    const auto again = run(made->algorithms, "onednn", made->encodings.activations);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(runs_, 1);
    EXPECT_TRUE(at::equal(biasOf(*made, "conv1"), biasOf(*again, "conv1")));
}

TEST_P(PipelineWithAnAlgorithm, LeavesAloneWhatARuleRestoredSince) {
    const auto made = run({{"raise"}});
    const auto restored = run(made->algorithms, "fp32");
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_LT(biasOf(*restored, "fc").abs().max().item<float>(), 10);
    EXPECT_EQ(restored->reports.at(0).layers.size(), 1U);
}

TEST_P(PipelineWithAnAlgorithm, RefusesQParamsOfAnotherNetwork) {
    const auto plain = run({});
    ASSERT_TRUE(plain);
    const auto made = run({{"raise"}}, "onednn", plain->encodings.activations);
    if (GetParam() == Stage::AfterCalibration) {
        EXPECT_TRUE(made) << made.error().message;
    } else {
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().message,
                  "algorithm 'raise' changes the network before it is calibrated: remove the recipe's "
                  "calibration, so that it is calibrated again");
    }
}

INSTANTIATE_TEST_SUITE_P(Stages, PipelineWithAnAlgorithm,
                         ::testing::Values(Stage::BeforeCalibration, Stage::AfterCalibration));

TEST(Algorithms, AllSayWhatTheyDo) {
    ASSERT_FALSE(ptqAlgorithms().entries().empty());
    for (const auto& [name, algorithm] : ptqAlgorithms().entries()) {
        EXPECT_FALSE(algorithm.description.empty()) << name;
        EXPECT_TRUE(algorithm.apply) << name;
        for (const ParameterDef& parameter : algorithm.parameters) {
            EXPECT_FALSE(parameter.description.empty()) << name;
            EXPECT_GE(parameter.defaultValue, parameter.least) << name;
            EXPECT_LE(parameter.defaultValue, parameter.greatest) << name;
        }
    }
}

}  // namespace
}  // namespace qs
