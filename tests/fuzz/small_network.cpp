#include "fuzz/small_network.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>

#include <fstream>
#include <stdexcept>

#include "isolation/output_set.h"
#include "protocol/json.h"
#include "workbench/models.h"
#include "workbench/script_models.h"
#include "workbench/weights_file.h"
#include "workbench/workbench.h"

namespace qs::test {

namespace {

constexpr int64_t kSamples = 6;
constexpr int64_t kClasses = 3;

constexpr const char* kForward =
    "def forward(self, x):\n"
    "  y = torch.relu(torch.conv2d(x, self.w, self.b, [1, 1], [1, 1]))\n"
    "  return torch.linear(torch.flatten(y, 1), self.v)\n";

template <typename Answer>
auto orThrow(Answer answer) {
    if (!answer) {
        throw std::runtime_error(answer.error().message);
    }
    if constexpr (!std::is_same_v<Answer, Status>) {
        return std::move(answer).value();
    }
}

void writeModelAndData() {
    const at::Generator generator = at::detail::createCPUGenerator(1);
    saveScript(SmallNetwork::kModel, kForward,
               {{"w", at::randn({4, 1, 3, 3}, generator)},
                {"b", at::randn({4}, generator)},
                {"v", at::randn({kClasses, 4 * 8 * 8}, generator)}});
    saveNpy("x.npy", at::randn({kSamples, 1, 8, 8}, generator));
    saveNpy("y.npy", at::arange(kSamples, at::kLong).remainder(kClasses));
}

void writeExport(Workbench& workbench, const char* file) {
    const protocol::ExportParams params{{SmallNetwork::kModel, smallData(), {}, smallRecipe()}, file};
    const auto outputs = makeLocalOutputs();
    orThrow(outputs->claim({orThrow(claimOf(params))}, {}));
    Job job;
    orThrow(workbench.exportModel(params, *outputs, job));
    orThrow(outputs->commit());
}

}  // namespace

protocol::DataSpec smallData() {
    return {SmallNetwork::kData, {}};
}

protocol::Recipe smallRecipe() {
    protocol::Recipe recipe;
    recipe.rules = {{"global", "", "onednn"}};
    recipe.calib_samples = 4;
    recipe.eval_samples = 4;
    recipe.batch = 2;
    recipe.threads = 1;
    recipe.latency_runs = 2;
    recipe.latency_warmup = 1;
    return recipe;
}

void writeSmallNetwork() {
    writeModelAndData();
    Workbench workbench;
    for (const char* file : {SmallNetwork::kOnnx, SmallNetwork::kTorchScript, SmallNetwork::kLite}) {
        writeExport(workbench, file);
    }
    Job job;
    const auto measured =
        orThrow(workbench.measure({SmallNetwork::kModel, smallData(), {}, smallRecipe()}, job));
    std::ofstream(SmallNetwork::kRecipe) << nlohmann::json(measured.recipe).dump();
    Models models;
    const auto data = orThrow(models.openData(smallData()));
    const auto opened = orThrow(models.open(SmallNetwork::kModel, data.get(), {}, job));
    std::ofstream(SmallNetwork::kWeights, std::ios::binary) << orThrow(writeWeights(opened->graph));
}

}  // namespace qs::test
