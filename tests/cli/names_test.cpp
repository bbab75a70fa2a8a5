// Layers whose names options and file formats trip over, through everything that takes or gives a name.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <map>

#include "cli_fixture.h"
#include "core/files.h"

namespace qs::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Names : public CliTest, public testing::WithParamInterface<std::string> {
  protected:
    void SetUp() override {
        const std::string command = "/usr/bin/python3 -W ignore '" QS_SOURCE_DIR
                                    "/tests/cli/make_named.py' '" +
                                    folder_.string() + "'";
        const int status = ::system(command.c_str());
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
            GTEST_SKIP() << "python3-onnx or python3-torch is not installed";
        }
        ASSERT_EQ(status, 0);
        names_ = json::parse(readFile(path("named." + GetParam() + ".json")).value())
                     .get<std::vector<std::string>>();
    }

    std::string model() const { return path("named." + GetParam()); }

    json run(std::vector<std::string> arguments) const {
        arguments.push_back("--json");
        const Finished run = qscope(arguments);
        EXPECT_EQ(run.code, 0) << arguments[0] << ": " << run.err;
        return run.code == 0 ? run.json() : json::object();
    }

    std::vector<std::string> measuring(std::vector<std::string> arguments) const {
        for (const char* more : {"--data", "--runs", "1", "--warmup", "0"}) {
            arguments.emplace_back(more);
            if (arguments.back() == "--data") {
                arguments.push_back("npy:" + path("x.npy"));
            }
        }
        return arguments;
    }

    /// Precisions by layer.
    static std::map<std::string, std::string> precisions(const json& variant) {
        std::map<std::string, std::string> found;
        for (const json& layer : variant.at("layers")) {
            found[layer.at("name").get<std::string>()] = layer.value("precision", "");
        }
        return found;
    }

    /// Every second layer in FP32, the others in integers.
    void expectEverySecond(const json& variant) const {
        const auto found = precisions(variant);
        for (size_t i = 0; i < names_.size(); ++i) {
            ASSERT_TRUE(found.contains(names_[i])) << names_[i];
            EXPECT_EQ(found.at(names_[i]), i % 2 == 0 ? "fp32" : "int8") << names_[i];
        }
    }

    std::vector<std::string> names_;
};

TEST_P(Names, AreTheSameEverywhere) {
    std::vector<std::string> quantize = measuring({"quantize", model(), "-o", path("m.pt")});
    std::string list;
    for (size_t i = 0; i < names_.size(); i += 2) {
        if (i < names_.size() / 2) {
            list += (list.empty() ? "" : ",") + names_[i];
        } else {
            quantize.insert(quantize.end(), {"--fp32", names_[i]});
        }
    }
    quantize.insert(quantize.end(), {"--fp32", list});
    const json made = run(quantize);
    ASSERT_TRUE(made.contains("recipe"));
    expectEverySecond(made);
    write("recipe.json", made["recipe"].dump());
    for (const std::string file : {"m.onnx", "m.ptl"}) {
        run({"export", model(), "--recipe", path("recipe.json"), "--data", "npy:" + path("x.npy"), "-o",
             path(file)});
    }
    for (const std::string file : {"m.pt", "m.onnx", "m.ptl"}) {
        const Finished verified = qscope({"verify", path(file), "--against", model(), "--data",
                                          "npy:" + path("x.npy"), "--samples", "32"});
        EXPECT_EQ(verified.code, 0) << file << verified.out << verified.err;
        EXPECT_THAT(verified.out, HasSubstr("PASS")) << file;
    }
    // What was written says itself how it was made.
    for (const std::string file : {"m.pt", "m.onnx"}) {
        expectEverySecond(run(measuring({"quantize", path(file), "-o", path("again." + file)})));
    }
}

TEST_P(Names, ChooseQConfigs) {
    std::vector<std::string> arguments = measuring({"analyze", model()});
    for (size_t i = 0; i < names_.size(); i += 2) {
        arguments.insert(arguments.end(), {"--qconfig", names_[i] + ":fp32"});
    }
    expectEverySecond(run(arguments));
}

INSTANTIATE_TEST_SUITE_P(Formats, Names, testing::Values("onnx", "pt"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace qs::test
