#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "workbench/workbench_fixture.h"

namespace qs {
namespace {

using nlohmann::json;

/// The sample network has class names of its own; a labels file gives others.
class GivenClassNames : public WorkbenchTest {
  protected:
    void SetUp() override {
        WorkbenchTest::SetUp();
        std::ofstream stream(file("names.txt"));
        for (int i = 0; i < 10; ++i) {
            names_.push_back("given " + std::to_string(i));
            stream << names_.back() << '\n';
        }
        data_ = images();
        data_.labels = file("names.txt");
    }
    std::string exported(const std::string& name, const std::string& target) {
        protocol::ExportParams params{{resnet(), data_, {}, recipe()}, file(name)};
        params.target = target;
        const auto written = exportModel(params, job_);
        EXPECT_TRUE(written) << written.error().message;
        return file(name);
    }

    std::vector<std::string> names_;
    protocol::DataSpec data_;
};

TEST_F(GivenClassNames, WinOverTheModelsInWhatIsShown) {
    const auto model = workbench_.openModel({resnet(), data_, {}});
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->classes, names_);
    const auto own = workbench_.openModel({resnet(), images(), {}});
    EXPECT_NE(own->classes, names_);
    protocol::Recipe quick = recipe();
    quick.latency_runs = 0;
    const auto measured = workbench_.measure({resnet(), data_, {}, quick}, job_);
    ASSERT_TRUE(measured) << measured.error().message;
    ASSERT_TRUE(measured->variant.classes);
    EXPECT_EQ(measured->variant.classes->classes.at(3).name, "given 3");
    EXPECT_EQ(measured->fp32.classes->classes.at(9).name, "given 9");
}

TEST_F(GivenClassNames, WinOverTheModelsInFiles) {
    torch::jit::ExtraFilesMap extra{{"classes.json", ""}, {"quantoscope.json", ""}};
    torch::jit::load(exported("m.pt", "torchscript"), c10::nullopt, extra);
    EXPECT_EQ(json::parse(extra["classes.json"]), json(names_));
    EXPECT_EQ(json::parse(extra["quantoscope.json"])["classes"], json(names_));
    const auto onnx = workbench_.openModel({exported("m.onnx", "generic"), std::nullopt, {}});
    ASSERT_TRUE(onnx) << onnx.error().message;
    EXPECT_EQ(onnx->classes, names_);
}

TEST_F(GivenClassNames, WinOverTheModelsInThePhonesProject) {
    const std::string project = exported("app", "android");
    const auto text = readFile(project + "/app/src/main/assets/classes.json");
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(json::parse(*text), json(names_));
}

}  // namespace
}  // namespace qs
