// Damaged model files: each opens, is described and runs, or is refused in one line; none crashes, hangs or
// takes memory without bound.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "core/files.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/model_use.h"
#include "fuzz/mutation.h"
#include "fuzz/onnx_mutation.h"
#include "fuzz/source_mutation.h"
#include "fuzz/zip.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

fs::path smallModel(const std::string& file) {
    return fs::path(QS_CORPUS_DIR) / "small" / file;
}

class Fuzz : public FuzzTest {
  protected:
    void SetUp() override {
        if (!fs::exists(smallModel("done"))) {
            GTEST_SKIP() << "needs the corpus fixture: python3-torch and python3-onnx";
        }
    }

    void expectWellAsItIs(const fs::path& path) {
        expectWell(1, [&](uint64_t) { return useModel(path); });
    }
};

class FuzzModels : public Fuzz, public ::testing::WithParamInterface<const char*> {
  protected:
    std::string whole() const { return readFile(smallModel(GetParam())).value(); }

    void expectWellMade(uint64_t count, const std::function<std::string(uint64_t)>& make) {
        expectWell({count, "damaged" + fs::path(GetParam()).extension().string(), make}, useModel);
    }
};

/// "tuples/traced.pt" -> "tuples_traced".
std::string nameOf(const ::testing::TestParamInfo<const char*>& info) {
    std::string name = info.param;
    std::replace(name.begin(), name.end(), '/', '_');
    return name.substr(0, name.find('.'));
}

TEST_P(FuzzModels, Mutated) {
    const std::string bytes = whole();
    expectWellMade(mutations(), [&](uint64_t seed) { return mutate(bytes, seed); });
}

TEST_P(FuzzModels, TruncatedAtEveryTenth) {
    const std::string bytes = whole();
    expectWellMade(10, [&](uint64_t tenth) { return bytes.substr(0, bytes.size() * tenth / 10); });
}

INSTANTIATE_TEST_SUITE_P(Files, FuzzModels,
                         ::testing::Values("folded_control_flow/scripted.pt", "tuples/traced.pt",
                                           "token_input/traced.pt", "carried_operators/scripted.pt",
                                           "opset_9/model.onnx", "opset_13/model.onnx", "opset_21/model.onnx",
                                           "shape_chain/model.onnx", "token_input/model.onnx",
                                           "fp16_weights_cast/model.onnx", "local_function/model.onnx"),
                         nameOf);

/// Damage that the container's checksums do not show.
class FuzzArchives : public FuzzModels {};

TEST_P(FuzzArchives, MutatedInside) {
    const std::string bytes = whole();
    expectWellMade(mutations(), [&](uint64_t seed) { return mutateMember(bytes, seed); });
}

TEST_P(FuzzArchives, SourceMutated) {
    const std::string bytes = whole();
    expectWellMade(mutations(),
                   [&](uint64_t seed) { return mutateMember(bytes, ".py", seed, mutateSource); });
}

INSTANTIATE_TEST_SUITE_P(Files, FuzzArchives,
                         ::testing::Values("folded_control_flow/scripted.pt", "tuples/traced.pt",
                                           "token_input/traced.pt", "carried_operators/scripted.pt"),
                         nameOf);

/// Damage behind protobuf's parser.
class FuzzOnnxTrees : public FuzzModels {};

TEST_P(FuzzOnnxTrees, Mutated) {
    const std::string bytes = whole();
    expectWellMade(mutations(), [&](uint64_t seed) { return mutateOnnx(bytes, seed); });
}

INSTANTIATE_TEST_SUITE_P(Files, FuzzOnnxTrees,
                         ::testing::Values("opset_9/model.onnx", "opset_13/model.onnx", "opset_21/model.onnx",
                                           "shape_chain/model.onnx", "shape_computations/model.onnx",
                                           "token_input/model.onnx", "fp16_weights_cast/model.onnx",
                                           "local_function/model.onnx", "constant_if/model.onnx",
                                           "typed_data/model.onnx", "external_data/model.onnx",
                                           "identity_chains/model.onnx",
                                           "dynamically_quantized_onnx/model.onnx"),
                         nameOf);

class FuzzClaims : public Fuzz, public ::testing::WithParamInterface<const char*> {};

TEST_P(FuzzClaims, AreRefusedInBoundedMemory) {
    expectWellAsItIs(smallModel(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Files, FuzzClaims,
                         ::testing::Values("claimed_tensor/scripted.pt", "short_record/scripted.pt",
                                           "zip_bomb/scripted.pt", "huge_claim/model.onnx",
                                           "huge_fill/model.onnx", "cyclic/model.onnx"),
                         [](const auto& info) { return fs::path(info.param).parent_path().string(); });

TEST_F(Fuzz, AProtobufAboveTwoGigabytes) {
    const fs::path path = folder_ / "large.onnx";
    fs::copy_file(smallModel("opset_13/model.onnx"), path);
    fs::resize_file(path, uintmax_t(3) << 30);  // sparse: takes no space on the disk
    expectWellAsItIs(path);
}

}  // namespace

}  // namespace qs::test
