// Projects for phones: their files, their settings, their network, and the arithmetic of their Java sources.

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "core/files.h"
#include "data/preprocess.h"
#include "exporters/comparison.h"
#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/lite_run.h"
#include "exporters/mobile/fill.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kName = "Tom & Jerry's \"Net\" <ü> \\ 网络";

/// Images of three channels in, ten scores out.
ExportCase classifier(int64_t channels = 3, int64_t side = 12) {
    QuantizedGraphBuilder b;
    const ValueId x = b.input("x", {2, channels, side, side});
    ValueId y = b.conv2d("conv", b.quantize("stem", x), {.outputs = 16, .activation = relu});
    Attributes all;
    all.set("start_dim", int64_t{1});
    all.set("end_dim", int64_t{-1});
    y = b.linear("fc", b.apply("flatten", "flatten", y, all), {.outputs = 10});
    b.output("y", b.dequantize("fc", y));
    return {"classifier", b.graph(), b.sample(x)};
}

protocol::Preprocessing wanted(int channels = 3) {
    protocol::Preprocessing p;
    p.resize = 16;
    p.crop = 12;
    p.channels = channels;
    p.mean = channels == 3 ? std::vector{0.485, 0.456, 0.406} : std::vector{0.2861};
    p.std = channels == 3 ? std::vector{0.229, 0.224, 0.225} : std::vector{0.353};
    return p;
}

ExportOptions optionsWith(const protocol::Preprocessing& preprocessing) {
    return {.inputShapes = {{1, 3, 12, 12}},
            .metadata = R"({"engine_version":"1"})",
            .preprocessing = Preprocessor::make(preprocessing, {}).value().settings()};
}

class Projects : public testing::TestWithParam<std::string> {
  protected:
    static Result<Exported> make(const ExportCase& one, const ExportOptions& options,
                                 const std::string& name = "net") {
        return exporters().find(GetParam())->make(one.graph, options, name);
    }
    static fs::path resources() { return GetParam() == "android" ? "app/src/main/assets" : "Resources"; }
    static const ExportedFile& file(const Exported& exported, const fs::path& name) {
        for (const ExportedFile& one : exported.files) {
            if (one.name == name) {
                return one;
            }
        }
        throw std::invalid_argument("no file " + name.string());
    }
    /// The checks that need parsers of XML, YAML and so on; nothing where they hold.
    static std::string check(const fs::path& project, const nlohmann::json& expected) {
        const std::string arguments = "'" + project.string() + "' '" + project.string() + ".expected'";
        std::ofstream(project.string() + ".expected") << expected;
        const std::string command =
            "/usr/bin/python3 '" QS_SOURCE_DIR "/tests/exporters/check_project.py' " + arguments + " 2>&1";
        FILE* pipe = ::popen(command.c_str(), "r");
        std::string text;
        char buffer[4096];
        while (::fgets(buffer, sizeof buffer, pipe) != nullptr) {
            text += buffer;
        }
        const int status = ::pclose(pipe);
        return status == 0 ? "" : text + " (status " + std::to_string(status) + ")";
    }
};

TEST_P(Projects, HaveWellFormedFilesWithTheDataSettings) {
    const TemporaryFolder folder;
    if (::system("/usr/bin/python3 -c 'import yaml'") != 0) {
        GTEST_SKIP() << "python3-yaml is not installed";
    }
    ExportOptions options = optionsWith(wanted());
    options.classes = {"T-shirt/top", "d'Artagnan", "\"x\"", "鞋", "4", "5", "6", "7", "8", "\\n"};
    const auto made = make(classifier(), options, kName);
    ASSERT_TRUE(made) << made.error().message;
    const fs::path path = folder / "net";
    ASSERT_TRUE(write(*exporters().find(GetParam()), *made, path));
    const nlohmann::json expected{{"name", kName},
                                  {"classes", options.classes},
                                  {"channels", 3},
                                  {"resize_shorter", 16},
                                  {"resize_height", 0},
                                  {"resize_width", 0},
                                  {"height", 12},
                                  {"width", 12},
                                  {"interpolation", "bilinear"},
                                  {"blue_first", false},
                                  {"channels_last", false},
                                  {"scale", 1.0 / 255},
                                  {"mean", wanted().mean},
                                  {"std", wanted().std}};
    EXPECT_EQ(check(path, expected), "");
    EXPECT_NE(check(path, {{"name", "x"}}), "") << "the check must be able to fail";
}

TEST_P(Projects, BeginWithTheirMetadataAndCarryTheNetworkOnce) {
    const Exported made = make(classifier(), optionsWith(wanted())).value();
    EXPECT_EQ(made.files.at(0).name, "quantoscope.json");
    EXPECT_EQ(nlohmann::json::parse(made.files[0].bytes).at("engine_version"), "1");
    std::set<fs::path> names;
    for (const ExportedFile& one : made.files) {
        EXPECT_TRUE(names.insert(one.name).second) << one.name;
        EXPECT_THAT(one.bytes, Not(HasSubstr("{{"))) << one.name;
    }
    EXPECT_THAT(names, AllOf(Contains("README.md"), Contains(resources() / "model.ptl"),
                             Contains(resources() / "classes.json")));
    EXPECT_EQ(made.commands.size(), 2);
    for (const std::string& command : made.commands) {
        EXPECT_THAT(file(made, "README.md").bytes, HasSubstr("\n    " + command + "\n"));
    }
}

TEST_P(Projects, MakeTheEnginesNumbersInTheLiteInterpreter) {
    const ExportCase one = classifier();
    const Exported made = make(one, optionsWith(wanted())).value();
    const at::Tensor found = runLite(file(made, resources() / "model.ptl").bytes, one.input);
    const Comparison compared = compareResults(one.graph, runReference(one.graph, one.input), found);
    EXPECT_EQ(compared.withinOneLsb, 1);
    EXPECT_EQ(compared.sameClass, 1);
}

TEST_P(Projects, LeaveNormalizationToANetworkThatDoesIt) {
    const ExportCase one = classifier();
    protocol::Preprocessing preprocessing = wanted();
    preprocessing.color_order = "bgr";
    ExportOptions options = optionsWith(preprocessing);
    options.preprocessingInside = true;
    const TemporaryFolder folder;
    const auto written = exportTo(*exporters().find(GetParam()), one.graph, options, folder / "net");
    ASSERT_TRUE(written) << written.error().message;
    const std::vector<double> zeros(3, 0.0), ones(3, 1.0);
    EXPECT_EQ(check(folder / "net", {{"scale", 1.0}, {"mean", zeros}, {"std", ones}, {"blue_first", false}}),
              "");
}

TEST_P(Projects, SayWhatTheyCannotDo) {
    const auto unknown = make(classifier(), {});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind, ErrorKind::Usage);
    EXPECT_THAT(unknown.error().message, HasSubstr("--data"));
    const auto grey = make(classifier(), optionsWith(wanted(1)));
    ASSERT_FALSE(grey);
    EXPECT_THAT(grey.error().message, AllOf(HasSubstr("1 channels"), HasSubstr("input x")));
    ExportOptions few = optionsWith(wanted());
    few.classes = {"a", "b"};
    EXPECT_THAT(make(classifier(), few).error().message, AllOf(HasSubstr("10"), HasSubstr("2 class names")));
    ExportOptions images = optionsWith(wanted());
    EXPECT_THAT(make(findCase("conv"), images).error().message, HasSubstr("network's input"));
}

TEST_P(Projects, BringPhotographsToTheSizeOfDataThatKeepsIts) {
    protocol::Preprocessing keeps = wanted();
    keeps.resize = keeps.crop = 0;
    const TemporaryFolder folder;
    const auto written =
        exportTo(*exporters().find(GetParam()), classifier().graph, optionsWith(keeps), folder / "net");
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(check(folder / "net", {{"resize_shorter", 12}, {"height", 12}, {"width", 12}}), "");
    EXPECT_THAT(written->notes, Contains(HasSubstr("12 x 12")));
}

TEST_P(Projects, AreReplacedOnlyByForce) {
    const TemporaryFolder folder;
    const Exporter& exporter = *exporters().find(GetParam());
    const fs::path path = folder / "net";
    ASSERT_TRUE(exportTo(exporter, classifier().graph, optionsWith(wanted()), path));
    EXPECT_FALSE(makeLocalOutputs()->claim({claimFor(exporter, path, /*replace=*/false).value()}, {}));
    EXPECT_TRUE(makeLocalOutputs()->claim({claimFor(exporter, path, /*replace=*/true).value()}, {}));
    EXPECT_TRUE(exportTo(exporter, classifier().graph, optionsWith(wanted()), path));
}

INSTANTIATE_TEST_SUITE_P(Platforms, Projects, testing::Values("android", "ios"),
                         [](const auto& info) { return info.param; });

TEST(Templates, NameWhatNobodyFillsIn) {
    EXPECT_EQ(fillTemplate("a {{x}} b", {{"x", "{{y}}"}}).value(), "a {{y}} b");
    EXPECT_THAT(fillTemplate("{{y}}", {{"x", "1"}}).error().message, HasSubstr("'y'"));
    EXPECT_THAT(fillTemplate("{{sql:x}}", {{"x", "1"}}).error().message, HasSubstr("'sql'"));
    EXPECT_THAT(fillTemplate("{{x", {{"x", "1"}}).error().message, HasSubstr("without"));
}

/// A way in which images become a network's input, and the size of an image.
struct Pixelwork {
    std::string name;
    protocol::Preprocessing preprocessing;
    int width = 37;
    int height = 29;
};

void PrintTo(const Pixelwork& work, std::ostream* out) {
    *out << work.name;
}

std::vector<Pixelwork> pixelworks() {
    std::vector<Pixelwork> works{{"shrinks", wanted()},
                                 {"portrait", wanted(), 23, 51},
                                 {"enlarges", wanted(), 9, 7},
                                 {"grey", wanted(1)}};
    const auto with = [&](const std::string& name, const auto& change) {
        Pixelwork work{name, wanted()};
        change(work.preprocessing);
        works.push_back(work);
    };
    with("bicubic", [](auto& p) { p.interpolation = "bicubic"; });
    with("nearest", [](auto& p) { p.interpolation = "nearest"; });
    with("blue_first", [](auto& p) { p.color_order = "bgr"; });
    with("channels_last", [](auto& p) { p.layout = "nhwc"; });
    with("bytes", [](auto& p) { p.scale = 1.0; });
    with("other_scale", [](auto& p) { p.scale = 2.0 / 255; });
    with("pads", [](auto& p) { p.resize = 8; });
    with("stretches", [](auto& p) {
        p.resize.reset();
        p.resize_to = {14, 19};
    });
    return works;
}

class JavaSources : public testing::TestWithParam<Pixelwork> {};

/// The app's tensor is the engine's, bit for bit.
TEST_P(JavaSources, MakeTheEnginesTensor) {
    if (::system("javac -version > /dev/null 2>&1") != 0) {
        GTEST_SKIP() << "no JDK is installed";
    }
    const Preprocessor engine = Preprocessor::make(GetParam().preprocessing, {}).value();
    Image image(GetParam().width, GetParam().height, 3);
    std::mt19937 random(1);
    for (uint8_t& pixel : image.pixels) {
        pixel = static_cast<uint8_t>(random());
    }
    const Image transformed = engine.transform(image).value();
    std::vector<float> expected(transformed.pixels.size());
    engine.normalize(transformed, expected.data());

    const TemporaryFolder folder;
    ExportCase one = classifier(engine.channels());
    if (engine.settings().layout == "nhwc") {
        one.graph.values.at(0).shape = {2, 12, 12, 3};
    }
    const auto written = exportTo(*exporters().find("android"), one.graph,
                                  {.preprocessing = engine.settings()}, folder / "app");
    ASSERT_TRUE(written) << written.error().message;
    std::ofstream(folder / "image", std::ios::binary)
        .write(reinterpret_cast<const char*>(image.pixels.data()),
               static_cast<std::streamsize>(image.pixels.size()));
    const std::string sources = (folder / "app/app/src/main/java/org/quantoscope/classifier/").string();
    std::string command = "javac -Xlint:all -Werror -d '" + (folder / "classes").string() + "'";
    for (const char* name : {"Settings", "Pixels", "Resizer", "Preprocessor", "Scores"}) {
        command += " '" + sources + name + ".java'";
    }
    command += " '" QS_SOURCE_DIR "/tests/exporters/RunPreprocessor.java' && java -cp '" +
               (folder / "classes").string() + "' org.quantoscope.classifier.RunPreprocessor '" +
               (folder / "image").string() + "' " + std::to_string(image.width) + " " +
               std::to_string(image.height) + " '" + (folder / "tensor").string() + "'";
    ASSERT_EQ(::system(command.c_str()), 0);
    const std::string found = readFile(folder / "tensor").value();
    ASSERT_EQ(found.size(), expected.size() * sizeof(float));
    EXPECT_EQ(std::memcmp(found.data(), expected.data(), found.size()), 0);
}

INSTANTIATE_TEST_SUITE_P(Settings, JavaSources, testing::ValuesIn(pixelworks()),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
