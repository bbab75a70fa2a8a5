#include <gmock/gmock.h>

#include "cli_fixture.h"

namespace qs::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

const std::string kMobilenet = QS_SOURCE_DIR "/resources/samples/fashion_mobilenet.pt";

/// An export of the sample network, and what quantizing it printed.
class VerifyCommand : public CliTest {
  protected:
    void SetUp() override {
        const Finished run = qscope({"quantize", kModel, "--data", kData, "--calib-samples", "64",
                                     "--eval-samples", "32", "--runs", "1", "--warmup", "0", "--fp32",
                                     "layer2.0.conv1", "-o", path("m.pt"), "--json"});
        ASSERT_EQ(run.code, 0) << run.err;
        variant_ = run.json();
    }

    Finished verify(const std::vector<std::string>& more) const {
        std::vector<std::string> arguments{"verify", path("m.pt"), "--samples", "200"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return qscope(arguments);
    }
    std::string verifyError(std::vector<std::string> more, const std::string& kind) const {
        more.insert(more.begin(), "verify");
        return errorMessage(more, kind);
    }
    /// A project with variants of these names, made of the recipe; the first is the current one.
    json project(const std::vector<std::string>& names) const {
        json variants = json::array();
        for (const std::string& name : names) {
            variants.push_back(
                {{"id", "id-" + name}, {"name", name}, {"result", {{"recipe", variant_["recipe"]}}}});
        }
        return {{"format", "quantoscope project"},
                {"version", 1},
                {"model", {{"path", "model.pt"}}},
                {"evaluation", {{"spec", {{"source", kData}}}}},
                {"variants", variants},
                {"current_variant", names.empty() ? "" : "id-" + names[0]}};
    }

    json variant_;
};

TEST_F(VerifyCommand, AGoodExportPassesInOneLine) {
    const Finished text = verify({"--against", kModel, "--data", kData});
    EXPECT_EQ(text.code, 0) << text.out << text.err;
    EXPECT_THAT(text.out, HasSubstr("layer2.0.conv1"));
    EXPECT_THAT(text.out, HasSubstr("within 1 LSB"));
    EXPECT_THAT(text.out, testing::ContainsRegex("\nPASS: [^\n]*200 samples[^\n]*\n$"));
    const Finished machine = verify({"--against", kModel, "--data", kData, "--json"});
    EXPECT_EQ(machine.code, 0);
    const json result = machine.json();
    EXPECT_EQ(result["passed"], true);
    EXPECT_EQ(result["samples"], 200);
    EXPECT_EQ(result["runtime"], "libtorch");
    EXPECT_EQ(result["target"], "torchscript");
    EXPECT_GE(result["agreement"], 99);
    EXPECT_GT(result["layers"].size(), 15U);
}

TEST_F(VerifyCommand, AFileThatIsNotWhatTheRecipeSaysFailsInTheRightLayer) {
    json recipe = variant_["recipe"];
    for (json& entry : recipe["calibration"]) {
        if (entry["value"] == "layer1.0.relu") {
            entry["scale"][0] = entry["scale"][0].get<double>() * 2;
        }
    }
    ASSERT_NE(recipe, variant_["recipe"]) << recipe["calibration"].dump();
    const auto file = write("recipe.json", recipe.dump());
    const Finished run = verify({"--against", kModel, "--data", kData, "--recipe", file, "--json"});
    EXPECT_EQ(run.code, 1);
    const json result = run.json();
    EXPECT_EQ(result["passed"], false);
    EXPECT_EQ(result["first_layer_out"], "layer1.0.conv1");
    EXPECT_THAT(verify({"--against", kModel, "--data", kData, "--recipe", file}).out,
                testing::ContainsRegex("\nFAIL: [^\n]*layer1.0.conv1[^\n]*\n$"));
}

TEST_F(VerifyCommand, WithoutDataNoiseIsComparedAndSaidSo) {
    const Finished run = verify({"--against", kModel, "--json"});
    const json result = run.json();
    EXPECT_TRUE(result["agreement"].is_null());
    EXPECT_TRUE(result["engine_top1"].is_null());
    EXPECT_THAT(result["notes"].dump(), HasSubstr("noise"));
}

TEST_F(VerifyCommand, AProjectBringsModelRecipeAndData) {
    std::filesystem::copy_file(kModel, path("model.pt"));
    const auto one = write("one.qsproj", project({"first"}).dump());
    EXPECT_EQ(verify({"--against", one}).code, 0);
    const json result = verify({"--against", one, "--variant", "first", "--json"}).json();
    EXPECT_EQ(result["passed"], true);
    EXPECT_EQ(result["measured"]["data"], kData);
}

TEST_F(VerifyCommand, AVariantInAFileOfItsOwnIsFound) {
    std::filesystem::copy_file(kModel, path("model.pt"));
    json two = project({"first"});
    two["version"] = 2;
    json& variant = two["variants"][0];
    json stored{{"format", "quantoscope variant"}, {"version", 1}, {"id", "id-first"}};
    stored["result"] = variant["result"];
    stored["result"]["recipe"].erase("trained_weights");
    variant.erase("result");
    variant["file"] = "two.files/id-first.qsvariant";
    const auto against = write("two.qsproj", two.dump());
    EXPECT_THAT(verifyError({path("m.pt"), "--against", against}, "failed"), HasSubstr("id-first.qsvariant"));
    std::filesystem::create_directory(path("two.files"));
    write("two.files/id-first.qsvariant", "{}");
    EXPECT_THAT(verifyError({path("m.pt"), "--against", against}, "failed"), HasSubstr("no variant"));
    write("two.files/id-first.qsvariant", stored.dump());
    EXPECT_EQ(verify({"--against", against}).code, 0);
    variant["trained_weights"] = "two.files/gone.qsw";
    EXPECT_THAT(verifyError({path("m.pt"), "--against", write("two.qsproj", two.dump())}, "failed"),
                HasSubstr("two.files/gone.qsw"));
}

TEST_F(VerifyCommand, TrainedWeightsThatAreGoneAreNamed) {
    json recipe = variant_["recipe"];
    recipe["trained_weights"] = path("gone.qsw");
    const auto file = write("recipe.json", recipe.dump());
    EXPECT_THAT(verifyError({path("m.pt"), "--against", kModel, "--recipe", file}, "failed"),
                AllOf(HasSubstr("gone.qsw"), HasSubstr("project")));
}

TEST_F(VerifyCommand, BadInputIsOneLineWithARemedy) {
    const std::string file = path("m.pt");
    EXPECT_THAT(verifyError({path("absent.pt"), "--against", kModel}, "failed"), HasSubstr("does not exist"));
    EXPECT_THAT(verifyError({write("notes.onnx", "text"), "--against", kModel}, "failed"),
                HasSubstr("no exported model"));
    EXPECT_THAT(verifyError({kModel, "--against", kModel}, "failed"), HasSubstr("recipe"));
    EXPECT_THAT(verifyError({file, "--against", path("absent.pt")}, "failed"), HasSubstr("absent.pt"));
    EXPECT_THAT(verifyError({file, "--against", kMobilenet}, "failed"),
                AllOf(HasSubstr("was not exported from"), HasSubstr("fashion_mobilenet.pt")));
    EXPECT_THAT(verifyError({file, "--against", kModel, "--data", "npy:" + path("absent.npy")}, "failed"),
                HasSubstr("absent.npy"));
    EXPECT_THAT(verifyError({file, "--against", write("p.qsproj", "{}")}, "failed"), HasSubstr("project"));
    EXPECT_THAT(verifyError({file, "--against", kModel, "--recipe", write("r.json", "[1]")}, "failed"),
                HasSubstr("no recipe"));
    std::filesystem::resize_file(file, 5000);
    EXPECT_THAT(verifyError({file, "--against", kModel}, "failed"), HasSubstr("m.pt"));
}

TEST_F(VerifyCommand, WrongUsageIsExitCodeTwo) {
    const std::string file = path("m.pt");
    verifyError({}, "usage");
    verifyError({file}, "usage");
    verifyError({file, "--against", kModel, "--samples", "-1"}, "usage");
    EXPECT_THAT(verifyError({file, "--against", kModel, "--runtime", "tflite"}, "usage"),
                AllOf(HasSubstr("tflite"), HasSubstr("libtorch-qnnpack")));
    EXPECT_THAT(verifyError({file, "--against", kModel, "--variant", "first"}, "usage"),
                HasSubstr("is a model"));
    const auto two = project({"first", "second"});
    EXPECT_THAT(
        verifyError({file, "--against", write("two.qsproj", two.dump()), "--variant", "third"}, "usage"),
        AllOf(HasSubstr("'first'"), HasSubstr("'second'")));
    json nothing = two;
    nothing["current_variant"] = "";
    EXPECT_THAT(verifyError({file, "--against", write("none.qsproj", nothing.dump())}, "usage"),
                HasSubstr("--variant"));
}

TEST_F(VerifyCommand, AnInterruptCancels) {
    Qscope program(folder_ / "log",
                   {"verify", path("m.pt"), "--against", kModel, "--data", "fashion-mnist:train", "--runtime",
                    "libtorch-qnnpack", "--json", "--progress"});
    ASSERT_TRUE(program.waitForStderr(" %")) << program.wait().err;
    program.interrupt();
    const Finished run = program.wait();
    EXPECT_EQ(run.code, 1);
    EXPECT_EQ(run.json()["error"]["kind"], "cancelled");
}

}  // namespace
}  // namespace qs::test
