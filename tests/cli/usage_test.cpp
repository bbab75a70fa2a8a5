#include <gmock/gmock.h>

#include "cli_fixture.h"

namespace qs::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(CliTest, HelpAndVersionSucceed) {
    const Finished help = qscope({"--help"});
    EXPECT_EQ(help.code, 0);
    for (const char* command : {"inspect", "evaluate", "quantize", "analyze", "sensitivity", "bench", "train",
                                "export", "verify", "serve"}) {
        EXPECT_THAT(help.out, HasSubstr(command));
    }
    EXPECT_EQ(qscope({"quantize", "--help"}).code, 0);
    EXPECT_THAT(qscope({"--version"}).out, testing::StartsWith("qscope 0."));
}

TEST_F(CliTest, ThreadsSleepSoonWhereTheEnvironmentSaysNothingElse) {
    const auto openMpReads = [this](Environment environment) {
        environment["OMP_DISPLAY_ENV"] = "verbose";
        for (const char* setting : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"}) {
            environment.try_emplace(setting, std::nullopt);
        }
        return qscope({"--version"}, environment).err;
    };
    const std::string ours = "GOMP_SPINCOUNT = '3000'";
    EXPECT_THAT(openMpReads({}), HasSubstr(ours));
    EXPECT_THAT(openMpReads({{"GOMP_SPINCOUNT", "77"}}), HasSubstr("GOMP_SPINCOUNT = '77'"));
    EXPECT_THAT(openMpReads({{"OMP_WAIT_POLICY", "ACTIVE"}}),
                AllOf(HasSubstr("GOMP_SPINCOUNT"), Not(HasSubstr(ours))));
}

TEST_F(CliTest, WrongUsageIsExitCodeTwo) {
    const std::vector<std::vector<std::string>> commandLines = {
        {},
        {"frobnicate"},
        {"inspect"},
        {"inspect", kModel, "--frobnicate"},
        {"inspect", kModel, "--shape", "1,0,28,28"},
        {"inspect", kModel, "--input", "x=1xx28"},
        {"inspect", kModel, "--input", "x="},
        {"inspect", kModel, "--labels", "names.txt"},
        {"evaluate", kModel, "--data", kData, "--layout", "hwc"},
        {"inspect", kModel, "--crop", "28"},
        {"evaluate", kModel},
        {"evaluate", kModel, "--data", kData, "--samples", "-1"},
        {"evaluate", kModel, "--data", kData, "--batch", "0"},
        {"evaluate", kModel, "--data", kData, "--samples", "many"},
        {"quantize", kModel, "--data", kData},
        {"train", kModel, "--data", kData, "-o", "out.pt", "--epochs", "0"},
        {"quantize", kModel, "--data", kData, "-o", "out.pt", "--target", "onnxruntime-x64"},
        {"quantize", kModel, "--data", kData, "-o", "out.onnx", "--target", "tflite"},
        {"quantize", kModel, "--data", kData, "-o", "out.pt", "--recipe", "r.json", "--preset", "x86"},
        {"export", kModel, "-o", "out.onnx", "--opset", "12"},
        {"export", kModel},
        {"serve", "extra"},
    };
    for (const auto& arguments : commandLines) {
        SCOPED_TRACE(testing::PrintToString(arguments));
        errorMessage(arguments, "usage");
    }
    // In words: what parsing finds, and what a command finds.
    using Words = std::vector<std::string>;
    for (const auto& arguments : {Words{"frobnicate"}, Words{"quantize", kModel, "--data", kData, "-o",
                                                             "out.onnx", "--target", "tflite"}}) {
        SCOPED_TRACE(testing::PrintToString(arguments));
        const Finished plain = qscope(arguments);
        EXPECT_EQ(plain.code, 2);
        EXPECT_EQ(plain.out, "");
        EXPECT_THAT(plain.err, testing::StartsWith("qscope: "));
    }
}

TEST_F(CliTest, UnknownPresetsAndLayersAreUsageErrors) {
    const std::vector<std::string> analyze = {"analyze",   kModel, "--data",          kData,
                                              "--samples", "8",    "--calib-samples", "8"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), analyze.begin(), analyze.end());
        return errorMessage(more, "usage");
    };
    EXPECT_THAT(with({"--preset", "onednnn"}),
                AllOf(HasSubstr("onednnn"), HasSubstr("fbgemm"), HasSubstr("qnnpack")));
    EXPECT_THAT(with({"--fp32", "layer1.0.conv9"}),
                AllOf(HasSubstr("layer1.0.conv9"), HasSubstr("layer1.0.conv1")));
    EXPECT_THAT(with({"--fp32", "stage*.conv?"}), HasSubstr("no layer matches 'stage*.conv?'"));
}

TEST_F(CliTest, AnUnknownBackendIsAUsageError) {
    EXPECT_THAT(errorMessage({"bench", kModel, "--backend", "nonsense"}, "usage"),
                HasSubstr("unknown backend 'nonsense': use onednn, reference, xnnpack"));
}

TEST_F(CliTest, UnknownContestantsAreUsageErrors) {
    EXPECT_THAT(errorMessage({"bench", kModel, "--against", "bare-int8,tflite"}, "usage"),
                AllOf(HasSubstr("unknown contestant 'tflite'"), HasSubstr("onnxruntime-int8"),
                      HasSubstr("libtorch-fp32"), HasSubstr("bare-fp32")));
}

TEST_F(CliTest, MetricsThatDoNotFitAreUsageErrors) {
    const auto with = [&](const std::string& metric) {
        return errorMessage({"evaluate", kModel, "--data", kData, "--samples", "8", "--metric", metric},
                            "usage");
    };
    EXPECT_THAT(with("top2"), AllOf(HasSubstr("unknown metric 'top2'"), HasSubstr("exact_match")));
    EXPECT_THAT(with("mean_iou"), HasSubstr("metric mean_iou does not fit"));
    EXPECT_THAT(with("agreement"), HasSubstr("compares a quantized model with FP32"));
}

TEST_F(CliTest, InputsThatTheModelDoesNotTakeFail) {
    EXPECT_THAT(errorMessage({"inspect", kModel, "--input", "1x3x28x28"}, "failed"),
                HasSubstr("the input shape has 3 channels, the model takes 1"));
    EXPECT_THAT(errorMessage({"inspect", kModel, "--input", "nonsense=1x1x28x28"}, "failed"),
                HasSubstr("nonsense"));
    EXPECT_THAT(errorMessage({"inspect", kModel, "--input", "1x1x28x28:float"}, "usage"), HasSubstr("Float"));
}

TEST_F(CliTest, UnknownDataIsAUsageErrorAndMissingDataAFailure) {
    EXPECT_THAT(errorMessage({"evaluate", kModel, "--data", "cifar"}, "usage"),
                AllOf(HasSubstr("fashion-mnist"), HasSubstr("imagefolder"), HasSubstr("npy")));
    std::filesystem::create_directory(folder_ / "empty");
    EXPECT_THAT(errorMessage({"evaluate", kModel, "--data", "imagefolder:" + path("empty")}, "failed"),
                HasSubstr("no images in " + path("empty")));
    EXPECT_THAT(errorMessage({"evaluate", kModel, "--data", "imagefolder:" + path("missing")}, "failed"),
                HasSubstr(path("missing")));
    EXPECT_THAT(
        errorMessage({"evaluate", kModel, "--data", "npy:" + write("cut.npy", "\x93NUMPY")}, "failed"),
        HasSubstr("cut.npy"));
}

TEST_F(CliTest, ModelsThatCannotBeOpenedFail) {
    const std::string whole = [] {
        std::ifstream stream(kModel, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(stream), {});
    }();
    const std::string empty = write("empty.pt", "");
    const std::string text = write("text.pt", "hello, this is not a model\n");
    const std::string cut = write("cut.pt", whole.substr(0, whole.size() / 2));
    for (const std::string& model : {path("missing.pt"), empty, text, cut, folder_.string()}) {
        EXPECT_THAT(errorMessage({"inspect", model}, "failed"), HasSubstr(model));
    }
    EXPECT_THAT(errorMessage({"inspect", QS_SOURCE_DIR "/tests/cli/state_dict.pt"}, "failed"),
                AllOf(HasSubstr("state_dict"), HasSubstr("torch.jit.script")));
}

TEST_F(CliTest, TheOutputIsCheckedBeforeTheWork) {
    // The model does not exist: if the message is about the output, nothing was opened before.
    const auto quantizeTo = [&](const std::string& output, const std::string& kind) {
        return errorMessage({"quantize", path("missing.pt"), "--data", kData, "-o", output}, kind);
    };
    EXPECT_THAT(quantizeTo(path("no/such/folder/out.pt"), "failed"), HasSubstr("does not exist"));
    EXPECT_THAT(quantizeTo("/proc/out.pt", "failed"), HasSubstr("cannot write /proc/out.pt"));
    EXPECT_THAT(quantizeTo(path("out.tflite"), "usage"), HasSubstr(".onnx"));
    std::filesystem::create_directory(folder_ / "folder.pt");
    EXPECT_THAT(quantizeTo(path("folder.pt"), "failed"), HasSubstr("it is a folder"));
    EXPECT_THAT(
        errorMessage({"train", path("missing.pt"), "--data", kData, "--epochs", "1", "-o", path("no/out.pt")},
                     "failed"),
        HasSubstr("does not exist"));
    EXPECT_THAT(files(), testing::IsEmpty());
}

TEST_F(CliTest, TheModelIsNotOverwritten) {
    std::filesystem::copy_file(kModel, folder_ / "model.pt");
    EXPECT_THAT(
        errorMessage({"quantize", path("model.pt"), "--data", kData, "-o", path("model.pt")}, "usage"),
        HasSubstr("is the model itself"));
}

}  // namespace
}  // namespace qs::test
