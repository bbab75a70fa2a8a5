// Damaged exports of our own: what their metadata says, their weights, trained weights, and the bytecode of
// lite files. Each is read and runs, or is refused in one line.

#include <gtest/gtest.h>

#include <ATen/ops/ones.h>

#include "core/files.h"
#include "core/guard.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/json_mutation.h"
#include "fuzz/message_check.h"
#include "fuzz/model_use.h"
#include "fuzz/mutation.h"
#include "fuzz/onnx_mutation.h"
#include "fuzz/small_network.h"
#include "fuzz/zip.h"
#include "runtime/executor.h"
#include "verify/file_runtime.h"
#include "workbench/models.h"
#include "workbench/verify.h"
#include "workbench/weights_file.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

class FuzzExports : public FuzzTest {
  protected:
    void SetUp() override { inChild(writeSmallNetwork); }
    std::string whole(const char* name) const { return readFile(folder_ / name).value(); }
};

/// What verify reads of a file, and then what opening it does.
std::string readAndUse(const fs::path& path) {
    const auto facts = readFacts(path);
    if (!facts) {
        const std::string complaint = complaintAbout(facts.error().message);
        if (!complaint.empty()) {
            return complaint;
        }
    }
    return useModel(path);
}

TEST_F(FuzzExports, OpenAsTheyAre) {
    expectWell(1, [](uint64_t) -> std::string {
        for (const char* name : {SmallNetwork::kOnnx, SmallNetwork::kTorchScript}) {
            const auto facts = readFacts(name);
            if (!facts || !facts->recipe) {
                return std::string("no facts in ") + name;
            }
            if (const auto opened = Models().open(name, nullptr, {}, Job());
                !opened || !(*opened)->info.recipe) {
                return std::string(name) + " does not open as quantized";
            }
        }
        return "";
    });
}

TEST_F(FuzzExports, OnnxTreeMutated) {
    const std::string bytes = whole(SmallNetwork::kOnnx);
    expectWell({mutations(), "damaged.onnx", [&](uint64_t seed) { return mutateOnnx(bytes, seed); }},
               readAndUse);
}

TEST_F(FuzzExports, OnnxMetadataMutated) {
    const std::string bytes = whole(SmallNetwork::kOnnx);
    expectWell({mutations(), "damaged.onnx", [&](uint64_t seed) { return mutateOnnxMetadata(bytes, seed); }},
               readAndUse);
}

TEST_F(FuzzExports, TorchScriptMetadataMutated) {
    const std::string bytes = whole(SmallNetwork::kTorchScript);
    const auto make = [&](uint64_t seed) { return mutateMember(bytes, ".json", seed, mutateJson); };
    expectWell({mutations(), "damaged.pt", make}, readAndUse);
}

/// Holds a file against the engine by the recipe that it carries itself.
std::string verifyItself(const fs::path& path) {
    static Caches caches;
    protocol::VerifyParams params;
    params.file = path.string();
    params.model = SmallNetwork::kModel;
    params.data = smallData();
    params.runtime = "reference";
    params.samples = 2;
    params.layer_samples = 2;
    Job job;
    const Status verified = guard("verify", [&]() -> Status {
        QS_TRY(verifyExport(caches, params, job));
        return {};
    });
    return verified ? "" : complaintAbout(verified.error().message);
}

TEST_F(FuzzExports, VerifiesItselfAsItIs) {
    expectWell(1, [](uint64_t) { return verifyItself(SmallNetwork::kTorchScript); });
}

TEST_F(FuzzExports, MetadataMutatedVerifiesItself) {
    const std::string bytes = whole(SmallNetwork::kTorchScript);
    const auto make = [&](uint64_t seed) { return mutateMember(bytes, ".json", seed, mutateJson); };
    expectWell({mutations(), "damaged.pt", make}, verifyItself);
}

TEST_F(FuzzExports, TorchScriptMutatedInside) {
    const std::string bytes = whole(SmallNetwork::kTorchScript);
    expectWell({mutations(), "damaged.pt", [&](uint64_t seed) { return mutateMember(bytes, seed); }},
               readAndUse);
}

/// Opens a file as verify does, and runs it.
std::string runLite(const fs::path& path) {
    setThreads(1);
    const auto facts = readFacts(path);
    if (!facts) {
        return complaintAbout(facts.error().message);
    }
    const auto opened = openFile(*facts, "lite", 1);
    if (!opened) {
        return complaintAbout(opened.error().message);
    }
    const at::Tensor input = at::ones({2, 1, 8, 8});
    const auto outputs = opened->session->run({&input, 1});
    return outputs ? "" : complaintAbout(outputs.error().message);
}

TEST_F(FuzzExports, LiteFileRunsAsItIs) {
    expectWell(1, [](uint64_t) -> std::string {
        const auto opened = openFile(readFacts(SmallNetwork::kLite).value(), "lite", 1);
        const at::Tensor input = at::ones({2, 1, 8, 8});
        return opened && opened->session->run({&input, 1}) ? "" : "does not run";
    });
}

TEST_F(FuzzExports, LiteFileMutated) {
    const std::string bytes = whole(SmallNetwork::kLite);
    expectWell({mutations(), "damaged.ptl", [&](uint64_t seed) { return mutate(bytes, seed); }}, runLite);
}

TEST_F(FuzzExports, LiteFileMutatedInside) {
    const std::string bytes = whole(SmallNetwork::kLite);
    expectWell({mutations(), "damaged.ptl", [&](uint64_t seed) { return mutateMember(bytes, seed); }},
               runLite);
}

/// Loads weights into the network that they belong to, and runs it.
std::string useWeights(const fs::path& path) {
    setThreads(1);
    static Models models;
    const auto data = models.openData(smallData());
    const auto opened = models.open(SmallNetwork::kModel, data.value().get(), {}, Job());
    const Status ran = guard("weights", [&] {
        return quantizeAndRun(*opened.value(), [&](Graph& graph) { return loadWeights(graph, path); });
    });
    return ran ? "" : complaintAbout(ran.error().message);
}

TEST_F(FuzzExports, TrainedWeightsMutated) {
    const std::string bytes = whole(SmallNetwork::kWeights);
    expectWell({mutations(), "damaged.qsw", [&](uint64_t seed) { return mutate(bytes, seed); }}, useWeights);
}

TEST_F(FuzzExports, TrainedWeightsMutatedInside) {
    const std::string bytes = whole(SmallNetwork::kWeights);
    if (!bytes.starts_with("PK")) {
        GTEST_SKIP() << "trained weights are no archive";
    }
    expectWell({mutations(), "damaged.qsw", [&](uint64_t seed) { return mutateMember(bytes, seed); }},
               useWeights);
}

}  // namespace

}  // namespace qs::test
