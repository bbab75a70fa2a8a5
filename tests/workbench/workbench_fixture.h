#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "support/test_models.h"
#include "workbench/workbench.h"

namespace qs {

/// A workbench, a folder of the test's own, and the sample networks on a few hundred Fashion-MNIST images.
class WorkbenchTest : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("qs_workbench_" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static std::string resnet() { return test::sampleFile("fashion_resnet.pt").string(); }
    static std::string mobilenet() { return test::sampleFile("fashion_mobilenet.pt").string(); }
    static protocol::DataSpec images() { return {"fashion-mnist:test", {}}; }

    static protocol::Recipe recipe(std::vector<std::string> floatLayers = {}) {
        protocol::Recipe recipe;
        recipe.rules.push_back({"global", "", "onednn"});
        for (auto& layer : floatLayers) {
            recipe.rules.push_back({"layer", std::move(layer), "fp32"});
        }
        recipe.calib_samples = 64;
        recipe.eval_samples = 300;
        recipe.latency_runs = 5;
        recipe.latency_warmup = 1;
        return recipe;
    }

    Result<protocol::ExportResult> exportModel(const protocol::ExportParams& params, Job& job) {
        QS_ASSIGN(const OutputClaim claim, claimOf(params));
        return written<protocol::ExportResult>(
            claim, [&](OutputSet& outputs) { return workbench_.exportModel(params, outputs, job); });
    }
    Result<protocol::VariantResult> train(const protocol::TrainParams& params, Job& job) {
        return written<protocol::VariantResult>(
            claimOf(params), [&](OutputSet& outputs) { return workbench_.train(params, outputs, job); });
    }

    std::string file(const std::string& name) const { return (folder_ / name).string(); }

    std::filesystem::path folder_;
    Workbench workbench_;
    Job job_;

  private:
    template <typename Answer>
    static Result<Answer> written(const OutputClaim& claim,
                                  const std::function<Result<Answer>(OutputSet&)>& work) {
        const auto outputs = makeLocalOutputs();
        QS_TRY(outputs->claim({claim}, {}));
        QS_ASSIGN(Answer answer, work(*outputs));
        QS_TRY(outputs->commit());
        return answer;
    }
};

}  // namespace qs
