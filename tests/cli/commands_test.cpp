#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "cli_fixture.h"
#include "core/files.h"

namespace qs::test {
namespace {

using nlohmann::json;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;

/// Settings that keep a run short.
const std::vector<std::string> kShort = {"--calib-samples", "32", "--eval-samples", "128",
                                         "--runs",          "3",  "--warmup",       "1"};

std::vector<std::string> operator+(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

void expectKeys(const json& object, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
        EXPECT_TRUE(object.contains(key)) << key << " is not in " << object.dump();
    }
}

/// Programs that are started find room for files of this size only.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
    void (*handler_)(int);
};

/// The layers and whole-model figures that every variant has.
void expectVariant(const json& variant) {
    expectKeys(variant, {"layers", "fp32", "variant", "accuracy_drop", "recipe", "measured"});
    for (const char* precision : {"fp32", "variant"}) {
        expectKeys(variant[precision], {"top1", "latency_ms", "model_bytes"});
        EXPECT_GT(variant[precision]["latency_ms"], 0);
    }
    EXPECT_LT(variant["variant"]["model_bytes"], variant["fp32"]["model_bytes"]);
    ASSERT_GT(variant["layers"].size(), 10U);
    for (const json& layer : variant["layers"]) {
        expectKeys(layer,
                   {"name", "op", "output_shape", "parameters", "macs", "precision", "output_error_percent",
                    "local_sqnr_db", "sqnr_db", "cosine", "mse", "fp32_ms", "variant_ms"});
    }
    EXPECT_EQ(variant["layers"].front()["name"], "conv1");
    EXPECT_EQ(variant["layers"].back()["name"], "fc");
}

TEST_F(CliTest, InspectListsTheLayers) {
    const json model = qscope({"inspect", kModel, "--json"}).json();
    expectKeys(model, {"inputs", "outputs", "notes", "parameters", "macs", "model_bytes", "layers"});
    EXPECT_THAT(model["inputs"][0]["shape"].get<std::vector<int>>(), ElementsAre(1, 1, 28, 28));
    EXPECT_EQ(model["layers"].front()["name"], "conv1");
    EXPECT_EQ(model["layers"].front()["op"], "conv2d");
    EXPECT_THAT(model["layers"].front()["output_shape"].get<std::vector<int>>(), ElementsAre(1, 32, 28, 28));
    const Finished text = qscope({"inspect", kModel});
    EXPECT_EQ(text.code, 0);
    EXPECT_THAT(text.out, HasSubstr("\nlayer1.0.conv1 "));
    EXPECT_THAT(text.out, HasSubstr(": Float 1 x 1 x 28 x 28\n"));
    EXPECT_THAT(text.out, HasSubstr(": Float 1 x 10\n"));
    EXPECT_EQ(text.err, "");
}

TEST_F(CliTest, EvaluateMeasuresTop1) {
    const Finished run = qscope({"evaluate", kModel, "--data", kData, "--samples", "200", "--json"});
    EXPECT_EQ(run.code, 0) << run.err;
    const json result = run.json();
    EXPECT_EQ(result["samples"], 200);
    EXPECT_GT(result["fp32"]["top1"], 85.0);
    EXPECT_GT(result["fp32"]["model_bytes"], 1000000);
    EXPECT_GT(result["fp32"]["latency_ms"], 0.0);
    EXPECT_TRUE(result["skipped"].empty());
}

TEST_F(CliTest, EvaluateSaysHowSureItIs) {
    const std::vector<std::string> evaluate = {"evaluate", kModel, "--data", kData, "--samples", "200"};
    const json result = qscope(evaluate + std::vector<std::string>{"--json"}).json();
    const json top1 = result["fp32"]["metrics"][0];
    EXPECT_EQ(top1["metric"], "top1");
    EXPECT_EQ(top1["samples"], 200);
    EXPECT_EQ(top1["value"], result["fp32"]["top1"]);
    EXPECT_LT(top1["low"], top1["value"]);
    EXPECT_GT(top1["high"], top1["value"]);
    EXPECT_EQ(result["fp32"]["classes"]["classes"].size(), 10U);
    const Finished text = qscope(evaluate + std::vector<std::string>{"--per-class"});
    EXPECT_THAT(text.out, ContainsRegex("\ntop-1 \\(%\\) [0-9.]+ \\([0-9.]+ to [0-9.]+\\)\n"));
    EXPECT_THAT(text.out, HasSubstr("\non 200 samples of fashion-mnist:test"));
    EXPECT_THAT(text.out, ContainsRegex("\nSneaker +[0-9]+ +[0-9.]+ \\("));
    EXPECT_THAT(text.out, HasSubstr(" taken for "));
}

TEST_F(CliTest, AMetricByHandIsTheHeadline) {
    const Finished run =
        qscope({"evaluate", kModel, "--data", kData, "--samples", "100", "--metric", "class_accuracy"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out, testing::StartsWith("class accuracy (%) "));
}

TEST_F(CliTest, EvaluateSkipsAndCountsACorruptImage) {
    std::filesystem::create_directories(folder_ / "data/cat");
    std::filesystem::copy_file(QS_SOURCE_DIR "/tests/data/torchvision/wide.png", folder_ / "data/cat/a.png");
    write("data/cat/b.png", "corrupt");
    std::filesystem::copy_file(QS_SOURCE_DIR "/tests/data/torchvision/tall.png", folder_ / "data/cat/c.png");
    const std::vector<std::string> evaluate = {"evaluate", kModel,   "--data", "imagefolder:" + path("data"),
                                               "--resize", "28",     "--crop", "28",
                                               "--mean",   "0.2860", "--std",  "0.3530"};
    const json result = qscope(evaluate + std::vector<std::string>{"--channels", "1", "--json"}).json();
    EXPECT_EQ(result["samples"], 2);
    EXPECT_THAT(result["skipped"].get<std::vector<std::string>>(),
                ElementsAre(testing::StartsWith(path("data/cat/b.png"))));
    const Finished text = qscope(evaluate + std::vector<std::string>{"--channels", "1"});
    EXPECT_THAT(text.out, HasSubstr("skipped 1 sample that cannot be decoded"));
}

TEST_F(CliTest, DataOfTheWrongChannelCountIsRefused) {
    const Finished run = qscope({"evaluate", kModel, "--data", kData, "--channels", "3", "--json"});
    EXPECT_NE(run.code, 0);
    EXPECT_THAT(run.json()["error"]["message"].get<std::string>(), HasSubstr("channel"));
}

TEST_F(CliTest, QuantizeWritesBothFormats) {
    for (const std::string name : {"int8.pt", "int8.onnx"}) {
        const Finished run =
            qscope(std::vector<std::string>{"quantize", kModel, "--data", kData, "--json", "-o", path(name),
                                            "--fp32", "conv1", "layer3.*"} +
                   kShort);
        ASSERT_EQ(run.code, 0) << run.err;
        const json variant = run.json();
        expectVariant(variant);
        EXPECT_EQ(variant["output"], path(name));
        EXPECT_EQ(variant["output_bytes"], std::filesystem::file_size(path(name)));
        EXPECT_LT(variant["accuracy_drop"], 5.0);
        for (const json& layer : variant["layers"]) {
            const std::string layerName = layer["name"];
            if (layerName == "conv1" || layerName.starts_with("layer3.")) {
                EXPECT_EQ(layer["precision"], "fp32") << layerName;
            } else if (layer["op"] == "conv2d" || layer["op"] == "linear") {
                EXPECT_EQ(layer["precision"], "int8") << layerName;
            }
        }
    }
    EXPECT_THAT(files(), testing::UnorderedElementsAre("int8.pt", "int8.onnx"));
}

TEST_F(CliTest, QuantizeTakesWhatAnExportSaysItself) {
    const std::vector<std::string> data{"--data", kData, "--json"};
    const Finished first = qscope(std::vector<std::string>{"quantize", kModel, "--preset", "fbgemm", "--fp32",
                                                           "layer2.0.conv1", "-o", path("first.pt")} +
                                  data + kShort);
    ASSERT_EQ(first.code, 0) << first.err;
    const json model = qscope({"inspect", path("first.pt"), "--json"}).json();
    EXPECT_EQ(model["recipe"]["rules"][0]["qconfig"], "fbgemm");
    EXPECT_EQ(model["recipe"]["rules"][1]["key"], "layer2.0.conv1");
    EXPECT_THAT(qscope({"inspect", path("first.pt")}).out,
                ContainsRegex("quantized: [0-9]+ of [0-9]+ layers int8"));
    const Finished again = qscope(
        std::vector<std::string>{"quantize", path("first.pt"), "-o", path("again.onnx")} + data + kShort);
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(again.json()["variant"]["top1"], first.json()["variant"]["top1"]);
    EXPECT_EQ(again.json()["recipe"]["calibration"], model["recipe"]["calibration"]);
    const Finished other = qscope(std::vector<std::string>{"quantize", path("first.pt"), "--preset",
                                                           "qnnpack", "-o", path("other.pt")} +
                                  data + kShort);
    ASSERT_EQ(other.code, 0) << other.err;
    EXPECT_EQ(other.json()["recipe"]["rules"].size(), 1U);
}

TEST_F(CliTest, AnalyzeMeasuresEveryLayer) {
    const Finished run =
        qscope(std::vector<std::string>{"analyze", kModel, "--data", kData, "--json"} + kShort);
    ASSERT_EQ(run.code, 0) << run.err;
    const json variant = run.json();
    expectVariant(variant);
    for (const json& layer : variant["layers"]) {
        if (layer["precision"] == "int8") {
            EXPECT_TRUE(layer["sqnr_db"].is_number()) << layer.dump();
            EXPECT_GT(layer["cosine"], 0.9) << layer.dump();
        }
    }
    const Finished text = qscope(std::vector<std::string>{"analyze", kModel, "--data", kData} + kShort);
    EXPECT_THAT(text.out, HasSubstr("SQNR (dB)"));
    EXPECT_THAT(text.out, HasSubstr("top-1 (%)"));
}

TEST_F(CliTest, ARealDropLeadsToTheLayerThatMakesIt) {
    const std::string spoiled = "layer2.0.conv1";
    const std::vector<std::string> analyze{
        "analyze",         kModel, "--data",    kData,
        "--samples",       "600",  "--qconfig", spoiled + ":weight.dtype=binary",
        "--calib-samples", "64",   "--runs",    "1"};
    const Finished run = qscope(analyze);
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out,
                ContainsRegex("where accuracy is lost:\n- " + spoiled + " makes [0-9]+ % of the error"));
    const json variant = qscope(analyze + std::vector<std::string>{"--json"}).json();
    ASSERT_TRUE(variant["drop"]["distinguishable"]) << variant["drop"].dump();
    EXPECT_EQ(variant["findings"].at(0)["rule"], "accuracy_drop");
    EXPECT_EQ(variant["findings"].at(0)["layer"], spoiled);
    const auto restored =
        std::ranges::find(variant["layers"], json(spoiled), [](const json& layer) { return layer["name"]; });
    EXPECT_EQ(variant["findings"].at(0)["arguments"].size(), (*restored)["restore_ms"].is_null() ? 4U : 5U)
        << "the cost is said where it is known";
    for (const json& layer : variant["layers"]) {
        EXPECT_EQ(layer["output_error_percent"] > 50, layer["name"] == spoiled) << layer.dump();
    }
}

TEST_F(CliTest, ADropThatIsNoFactIsSaidToBeNone) {
    const Finished run =
        qscope(std::vector<std::string>{"quantize", kModel, "--data", kData, "-o", path("int8.pt")} + kShort);
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out, ContainsRegex("top-1 \\(%\\) .*drop -?[0-9.]+ points \\(-[0-9.]+ to [0-9.]+\\): not "
                                       "distinguishable from 0 on 128 samples\n"));
    EXPECT_THAT(run.out, ContainsRegex("agreement \\(%\\) +- "));
    EXPECT_THAT(run.out, ContainsRegex("SQNR \\(dB\\) +- +[0-9]"));
}

TEST_F(CliTest, CalibrationTakesItsOwnDataAndSeed) {
    const std::vector<std::string> analyze =
        std::vector<std::string>{"analyze", kModel, "--data", kData, "--json"} + kShort;
    const auto scale = [&](const std::vector<std::string>& more) {
        const Finished run = qscope(analyze + more);
        EXPECT_EQ(run.code, 0) << run.err;
        return run.json()["recipe"]["calibration"][0]["scale"][0].get<double>();
    };
    EXPECT_EQ(scale({}), scale({"--seed", "1"}));
    const json own = qscope(analyze + std::vector<std::string>{"--calib-data", kData}).json();
    EXPECT_EQ(own["measured"]["samples"], 128);
    EXPECT_EQ(own["measured"]["calib_samples"], 32);
    EXPECT_EQ(own["measured"]["calib_data"], "") << "the same data is split, not used twice";
}

TEST_F(CliTest, BenchNeedsNoData) {
    const Finished run =
        qscope({"bench", kModel, "--runs", "3", "--warmup", "1", "--threads", "1", "--json"});
    ASSERT_EQ(run.code, 0) << run.err;
    const json variant = run.json();
    EXPECT_EQ(variant["measured"]["threads"], 1);
    EXPECT_GE(variant["measured"]["latency_runs"], 6) << "fewer turns give no interval";
    EXPECT_EQ(variant["measured"]["latency_clock"], "processor");
    EXPECT_EQ(variant["speedup"].is_null(), variant["machine_busy"].get<bool>());
    EXPECT_GT(variant["speedup_low"], 0);
    EXPECT_GE(variant["speedup_high"], variant["speedup_low"]);
    EXPECT_TRUE(variant["variant"]["top1"].is_null());
    EXPECT_GT(variant["fp32"]["latency_ms"], 0);
    EXPECT_GT(variant["layers"].front()["variant_ms"], 0);
}

TEST_F(CliTest, BenchRunsOnTheBackendAskedFor) {
    const Finished run = qscope({"bench", kModel, "--backend", "xnnpack", "--runs", "2", "--warmup", "0",
                                 "--threads", "1", "--json"});
    ASSERT_EQ(run.code, 0) << run.err;
    const json variant = run.json();
    EXPECT_EQ(variant["recipe"]["backend"], "xnnpack");
    EXPECT_THAT(variant["layers"].front()["implementation"].get<std::string>(),
                testing::StartsWith("xnnpack qc8 conv"));
}

TEST_F(CliTest, BenchAgainstOthersPrintsOneTable) {
    const std::vector<std::string> bench = {"bench", kModel,      "--runs", "3",         "--warmup",
                                            "1",     "--threads", "1",      "--against", "all"};
    // Without node, so that it does not matter whether ONNX Runtime is installed.
    const Environment noNode = {{"PATH", path("")}};
    const Finished run = qscope(bench + std::vector<std::string>{"--json"}, noNode);
    ASSERT_EQ(run.code, 0) << run.err;
    const json comparison = run.json();
    EXPECT_EQ(comparison["measured"]["latency_runs"], 6) << "fewer rounds give no interval";
    EXPECT_EQ(comparison["measured"]["threads"], 1);
    EXPECT_EQ(comparison["rows"][0]["name"], "ours-int8");
    for (const json& row : comparison["rows"]) {
        const bool absent = row["name"].get<std::string>().starts_with("onnxruntime");
        EXPECT_EQ(row["median_ms"].is_null(), absent) << row.dump();
        EXPECT_EQ(row["ratio_low"].is_null(), absent) << row.dump();
        const auto note = row["note"].get<std::string>();
        EXPECT_EQ(row["ratio"].is_null(), absent || note.find("machine busy") != note.npos) << row.dump();
        EXPECT_THAT(note, HasSubstr(absent ? "cannot start node" : ""));
    }
    const Finished text = qscope(bench, noNode);
    EXPECT_EQ(text.code, 0);
    EXPECT_THAT(text.out,
                ContainsRegex("\nours-int8 +[0-9.]+ +[0-9.]+ +[0-9.]+ +1.00 x \\(1.00 to 1.00\\) "));
    EXPECT_THAT(text.out, ContainsRegex("\nonnxruntime-int8 +- .*cannot start node"));
    EXPECT_THAT(text.out, HasSubstr("processor time, medians of 6 rounds"));
}

TEST_F(CliTest, BenchAgainstSomeTimesThoseAndOurs) {
    const Finished run = qscope({"bench", kModel, "--runs", "1", "--warmup", "0", "--against",
                                 "ours-fp32,bare-int8", "--json", "--progress"},
                                {{"DNNL_VERBOSE", "1"}});
    ASSERT_EQ(run.code, 0) << run.err;
    std::vector<std::string> names;
    const json comparison = run.json();
    for (const json& row : comparison["rows"]) {
        names.push_back(row["name"]);
    }
    EXPECT_THAT(names, ElementsAre("ours-int8", "bare-int8", "ours-fp32"));
    EXPECT_THAT(run.err, HasSubstr("onednn_verbose"));
}

TEST_F(CliTest, TrainFineTunesAndExports) {
    const Finished run =
        qscope(std::vector<std::string>{"train", kModel, "--data", kData, "--epochs", "1", "--lr", "0.0001",
                                        "--train-samples", "64", "--val-samples", "64", "--batch", "16",
                                        "--json", "-o", path("qat.pt"), "--weights", path("qat.qsw")} +
               kShort);
    ASSERT_EQ(run.code, 0) << run.err;
    const json variant = run.json();
    expectVariant(variant);
    EXPECT_FALSE(variant["curve"].empty());
    EXPECT_EQ(variant["recipe"]["trained_weights"], path("qat.qsw"));
    EXPECT_THAT(files(), testing::UnorderedElementsAre("qat.pt", "qat.qsw"));
}

TEST_F(CliTest, ARecipeMakesTheSameFile) {
    const std::vector<std::string> data{"--data", kData};
    const Finished first = qscope(std::vector<std::string>{"quantize", kModel, "-o", path("a.onnx"), "--fp32",
                                                           "conv1", "--save-recipe", path("recipe.json")} +
                                  data + kShort);
    ASSERT_EQ(first.code, 0) << first.err;
    const auto again = [&](const std::string& name) {
        return qscope(
            std::vector<std::string>{"quantize", kModel, "-o", path(name), "--recipe", path("recipe.json")} +
            data);
    };
    for (const char* name : {"b.onnx", "c.onnx", "d.pt", "e.pt", "f.ptl", "g.ptl"}) {
        ASSERT_EQ(again(name).code, 0) << again(name).err;
    }
    const auto bytes = [&](const char* name) { return readFile(path(name)).value(); };
    EXPECT_EQ(bytes("a.onnx"), bytes("b.onnx"));
    EXPECT_EQ(bytes("b.onnx"), bytes("c.onnx"));
    EXPECT_EQ(bytes("d.pt"), bytes("e.pt"));
    EXPECT_EQ(bytes("f.ptl"), bytes("g.ptl"));
    EXPECT_THAT(qscope({"quantize", kModel, "--data", kData, "-o", path("h.pt"), "--recipe", kModel}).err,
                HasSubstr("holds no recipe"));
}

TEST_F(CliTest, ExportWritesTheNetworkInFloat) {
    const Finished run = qscope({"export", kModel, "-o", path("float.onnx"), "--json"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(run.json()["target"], "onnxruntime-x64");
    EXPECT_EQ(run.json()["bytes"], std::filesystem::file_size(path("float.onnx")));
    const Finished back = qscope({"export", path("float.onnx"), "-o", path("float.pt")});
    ASSERT_EQ(back.code, 0) << back.err;
    const auto top1 = [&](const std::string& model) {
        return qscope({"evaluate", model, "--data", kData, "--samples", "256", "--json"}).json()["top1"];
    };
    EXPECT_EQ(top1(path("float.pt")), top1(kModel));
}

TEST_F(CliTest, WhatExistsIsReplacedOnRequestOnly) {
    const std::vector<std::string> words{"export", kModel, "-o", path("net.pt")};
    ASSERT_EQ(qscope(words).code, 0);
    const std::string before = readFile(path("net.pt")).value();
    const Finished refused = qscope(words + std::vector<std::string>{"--preprocessing-inside"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, testing::AllOf(HasSubstr("net.pt"), HasSubstr("--force")));
    EXPECT_EQ(readFile(path("net.pt")).value(), before);
    EXPECT_EQ(qscope(words + std::vector<std::string>{"--force"}).code, 0);
    EXPECT_THAT(files(), ElementsAre("net.pt"));
}

TEST_F(CliTest, SideFilesReplaceNothingEither) {
    const std::string model = path("model.pt");
    std::filesystem::copy_file(kModel, model);
    const std::string before = readFile(model).value();
    const auto refused = [&](std::vector<std::string> words) {
        const Finished run = qscope(words + std::vector<std::string>{"--data", kData} + kShort);
        EXPECT_NE(run.code, 0);
        EXPECT_EQ(readFile(model).value(), before);
        return run.err;
    };
    const std::vector<std::string> quantize{"quantize", model, "-o", path("net.onnx"), "--save-recipe"};
    const std::vector<std::string> train{"train", model, "--epochs", "1", "-o", path("net.pt")};
    EXPECT_THAT(refused(quantize + std::vector<std::string>{model, "--force"}),
                HasSubstr("is the model itself"));
    EXPECT_THAT(refused(train + std::vector<std::string>{"--weights", model, "--force"}),
                HasSubstr("is the model itself"));
    EXPECT_THAT(refused(quantize + std::vector<std::string>{path("net.onnx")}), HasSubstr("two outputs"));
    write("recipe.json", "a stranger's");
    EXPECT_THAT(refused(quantize + std::vector<std::string>{path("recipe.json")}), HasSubstr("--force"));
    write("net.pt.qsw", "a stranger's");
    EXPECT_THAT(refused(train), testing::AllOf(HasSubstr("net.pt.qsw"), HasSubstr("--force")));
    EXPECT_THAT(files(), testing::UnorderedElementsAre("model.pt", "recipe.json", "net.pt.qsw"));
}

TEST_F(CliTest, FoldersAreReplacedOnlyWhereTheyAreExports) {
    const std::vector<std::string> words{"export",   kModel,    "--data", kData,
                                         "--target", "android", "-o",     path("phone")};
    ASSERT_EQ(qscope(words).code, 0) << qscope(words).err;
    EXPECT_TRUE(std::filesystem::exists(path("phone/app/src/main/assets/model.ptl")));
    EXPECT_EQ(qscope(words).code, 1);
    write("phone/notes.txt", "mine");
    EXPECT_EQ(qscope(words + std::vector<std::string>{"--force"}).code, 0);
    EXPECT_EQ(readFile(path("phone/notes.txt")).value(), "mine");
    std::filesystem::create_directory(path("other"));
    std::ofstream(path("other/thesis.tex")) << "years of work";
    const Finished refused =
        qscope({"export", kModel, "--data", kData, "--target", "ios", "-o", path("other"), "--force"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("holds other things"));
    EXPECT_TRUE(std::filesystem::exists(path("other/thesis.tex")));
    EXPECT_FALSE(std::filesystem::exists(path("other/quantoscope.json")));
}

TEST_F(CliTest, AnExportThatFindsNoRoomLeavesNothing) {
    const FileSizeLimit limit(50'000);
    const Finished run = qscope({"export", kModel, "-o", path("net.onnx")});
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.err,
                testing::AllOf(HasSubstr("cannot write"), HasSubstr("net.onnx"), HasSubstr("make room")));
    EXPECT_THAT(files(), testing::IsEmpty());
}

TEST_F(CliTest, AnExportWithoutTheRightToWriteSaysSo) {
    const Finished run = qscope({"export", kModel, "-o", "/proc/net.onnx"});
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.err, HasSubstr("/proc/net.onnx"));
}

TEST_F(CliTest, ATargetThatTakesNoZeroPointsNamesTheLayerAndTheRemedy) {
    const Finished run = qscope(std::vector<std::string>{"quantize", kModel, "--data", kData, "--target",
                                                         "tensorrt", "-o", path("net.onnx")} +
                                kShort);
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.err, testing::AllOf(HasSubstr("layer"), HasSubstr("preset tensorrt")));
    EXPECT_THAT(files(), testing::IsEmpty());
}

TEST_F(CliTest, StdoutBelongsToTheReport) {
    // oneDNN prints a line a primitive to stdout when asked to be verbose.
    const Finished run = qscope({"bench", kModel, "--runs", "1", "--warmup", "0", "--json", "--progress"},
                                {{"DNNL_VERBOSE", "1"}});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(run.json().contains("layers"));
    EXPECT_THAT(run.err, HasSubstr("onednn_verbose"));
}

TEST_F(CliTest, AFullDiskIsAFailure) {
    const Finished run = Qscope(folder_ / "log", {"inspect", kModel, "--json"}, {}, "/dev/full").wait();
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.err, HasSubstr("cannot write the result to stdout"));
}

TEST_F(CliTest, AnInterruptCancelsAndLeavesNoFile) {
    Qscope program(folder_ / "log", {"quantize", kModel, "--data", kData, "--calib-samples", "0", "--runs",
                                     "100000", "--json", "--progress", "-o", path("int8.pt")});
    // Progress means that the work has begun.
    ASSERT_TRUE(program.waitForStderr(" %")) << program.wait().err;
    program.interrupt();
    const Finished run = program.wait();
    EXPECT_EQ(run.code, 1);
    EXPECT_EQ(run.json()["error"]["kind"], "cancelled");
    EXPECT_THAT(files(), testing::IsEmpty());
}

}  // namespace
}  // namespace qs::test
