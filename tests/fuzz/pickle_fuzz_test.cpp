// TorchScript, lite and weights files whose containers are sound and whose pickles are not.

#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/files.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/message_check.h"
#include "fuzz/pickle_mutation.h"
#include "importers/importer.h"
#include "importers/torchscript/call_guard.h"
#include "importers/torchscript/load.h"
#include "support/test_models.h"
#include "workbench/weights_file.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

class FuzzPickles : public FuzzTest {
  protected:
    void SetUp() override { QS_NEEDS_MODELS(); }

    static std::string messageOf(const Status& status) {
        return status ? "" : complaintAbout(status.error().message);
    }

    /// What the bytecode computes may fail, but not reach beyond its values.
    static void run(torch::jit::mobile::Module& module) {
        try {
            const CallGuard checked;
            module.forward({at::ones({2, 1, 8, 8})});
        } catch (const std::exception&) {
        }
    }

    static std::string open(const fs::path& path) {
        if (path.extension() == ".ptl") {
            auto loaded = loadLite(path);
            if (loaded) {
                run(*loaded);
            }
            return loaded ? "" : complaintAbout(loaded.error().message);
        }
        const auto opened = openModel(path, {{"", {1, 3, 32, 32}}});
        return opened ? "" : complaintAbout(opened.error().message);
    }
};

class FuzzPickledFiles : public FuzzPickles, public ::testing::WithParamInterface<const char*> {};

std::string nameOf(const ::testing::TestParamInfo<const char*>& info) {
    std::string name = info.param;
    std::ranges::replace_if(
        name, [](char c) { return c == '/' || c == '.'; }, '_');
    return name;
}

TEST_P(FuzzPickledFiles, MutatedInside) {
    const std::string bytes = readFile(modelFile(GetParam())).value();
    const std::string extension = fs::path(GetParam()).extension();
    expectWell(
        {mutations(), "damaged" + extension, [&](uint64_t seed) { return mutatePickleInside(bytes, seed); }},
        open);
}

INSTANTIATE_TEST_SUITE_P(Files, FuzzPickledFiles,
                         ::testing::Values("carried.pt", "eager_scripted_fbgemm.pt",
                                           "eager_traced_qnnpack.pt", "fx_fbgemm.pt", "unsafe/sound.pt",
                                           "unsafe/packed.pt", "unsafe/channels.pt", "unsafe/restoring.pt",
                                           "unsafe/sound.ptl", "unsafe/branching.ptl",
                                           "unsafe/quantized.ptl"),
                         nameOf);

TEST_F(FuzzPickles, TrainedWeights) {
    auto model = openModel(modelFile("unsafe/sound.pt"), {{"", {1, 1, 8, 8}}});
    ASSERT_TRUE(model) << model.error().message;
    const auto bytes = writeWeights(model->graph);
    ASSERT_TRUE(bytes) << bytes.error().message;
    expectWell({mutations(), "damaged.qsw", [&](uint64_t seed) { return mutatePickleInside(*bytes, seed); }},
               [&](const fs::path& path) { return messageOf(loadWeights(model->graph, path)); });
}

}  // namespace

}  // namespace qs::test
