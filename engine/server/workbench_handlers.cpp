#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "protocol/json.h"
#include "server/server.h"
#include "workbench/workbench.h"

namespace qs {

using nlohmann::json;

namespace {

template <typename T>
Result<json> toJsonResult(Result<T> result) {
    if (!result) {
        return result.error();
    }
    return json(*result);
}

/// Runs `work` with a set of outputs that has the claim, and gives the files their names when it succeeds.
template <typename Work>
Result<json> write(const Result<OutputClaim>& claim, const std::vector<OutputInput>& inputs, const Job& job,
                   Work&& work) {
    if (!claim) {
        return claim.error();
    }
    const auto outputs = makeOutputs();
    QS_TRY(outputs->claim({*claim}, inputs));
    const auto result = work(*outputs);
    if (!result) {
        return result.error();
    }
    QS_TRY(job.checkCancelled());
    QS_TRY(outputs->commit());
    return json(*result);
}

Result<json> train(Workbench& workbench, const protocol::TrainParams& params, Job& job) {
    if (!params.recipe.qat) {
        return usageError("variant.train: recipe.qat is missing");
    }
    return write(claimOf(params), inputsOf(params), job,
                 [&](OutputSet& outputs) { return workbench.train(params, outputs, job); });
}

Result<json> exportModel(Workbench& workbench, const protocol::ExportParams& params, Job& job) {
    return write(claimOf(params), inputsOf(params), job,
                 [&](OutputSet& outputs) { return workbench.exportModel(params, outputs, job); });
}

bool testHooksWanted() {
    const char* value = std::getenv("QSCOPE_TEST_HOOKS");
    return value != nullptr && std::string_view(value) == "1";
}

}  // namespace

HandlerTable workbenchHandlers() {
    const auto workbench = std::make_shared<Workbench>();
    HandlerTable table;
    table["initialize"] = [workbench](const json&, Job&) -> Result<json> { return json(workbench->info()); };
    table["model.open"] = [workbench](const json& params, Job& job) {
        return toJsonResult(workbench->openModel(params.get<protocol::OpenModelParams>(), job));
    };
    table["data.open"] = [workbench](const json& params, Job&) {
        return toJsonResult(workbench->openData(params.get<protocol::DataSpec>()));
    };
    table["variant.measure"] = [workbench](const json& params, Job& job) {
        return toJsonResult(workbench->measure(params.get<protocol::MeasureParams>(), job));
    };
    table["model.compare"] = [workbench](const json& params, Job& job) {
        return toJsonResult(workbench->compare(params.get<protocol::CompareParams>(), job));
    };
    table["variant.train"] = [workbench](const json& params, Job& job) {
        return train(*workbench, params.get<protocol::TrainParams>(), job);
    };
    table["variant.export"] = [workbench](const json& params, Job& job) {
        return exportModel(*workbench, params.get<protocol::ExportParams>(), job);
    };
    table["variant.verify"] = [workbench](const json& params, Job& job) {
        return toJsonResult(workbench->verify(params.get<protocol::VerifyParams>(), job));
    };
    if (testHooksWanted()) {
        table["debug.crash"] = [](const json&, Job&) -> Result<json> { std::abort(); };
    }
    return table;
}

int serve() {
    return serve(workbenchHandlers());
}

}  // namespace qs
