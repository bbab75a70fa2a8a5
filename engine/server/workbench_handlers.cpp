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

PartialResults partsTo(const RequestJob& job) {
    return
        [&job](const std::string& part, const protocol::VariantResult& soFar) { job.partial(part, soFar); };
}

Result<json> train(Workbench& workbench, const protocol::TrainParams& params, RequestJob& job) {
    return write(claimOf(params), inputsOf(params), job,
                 [&](OutputSet& outputs) { return workbench.train(params, outputs, job, partsTo(job)); });
}

Result<json> exportModel(Workbench& workbench, const protocol::ExportParams& params, Job& job) {
    return write(claimOf(params), inputsOf(params), job,
                 [&](OutputSet& outputs) { return workbench.exportModel(params, outputs, job); });
}

bool testHooksWanted() {
    const char* value = std::getenv("QSCOPE_TEST_HOOKS");
    return value != nullptr && std::string_view(value) == "1";
}

void addJobs(const std::shared_ptr<Workbench>& workbench, HandlerTable& table) {
    using namespace protocol;
    table["model.open"] = [workbench](const json& params, Job& job) {
        return toJsonResult(workbench->openModel(params.get<OpenModelParams>(), job));
    };
    table["data.open"] = [workbench](const json& params, Job&) {
        return toJsonResult(workbench->openData(params.get<DataSpec>()));
    };
    table["variant.measure"] = [workbench](const json& params, RequestJob& job) {
        return toJsonResult(workbench->measure(params.get<VariantSpec>(), job, partsTo(job)));
    };
    for (const auto& [name, part] : {std::pair("variant.errors", VariantPart::Errors),
                                     {"variant.accuracy", VariantPart::Accuracy},
                                     {"variant.contributions", VariantPart::Contributions},
                                     {"variant.latency", VariantPart::Latency}}) {
        table[name] = [workbench, part = part](const json& params, Job& job) {
            return toJsonResult(workbench->measurePart(params.get<VariantSpec>(), part, job));
        };
    }
    table["variant.sensitivity"] = [workbench](const json& params, RequestJob& job) {
        return toJsonResult(workbench->sensitivity(
            params.get<SensitivityParams>(), job,
            [&job](const SensitivityResult& soFar) { job.partial("sensitivity", soFar); }));
    };
    table["model.compare"] = [workbench](const json& params, Job& job) {
        return toJsonResult(workbench->compare(params.get<CompareParams>(), job));
    };
    table["variant.train"] = [workbench](const json& params, RequestJob& job) {
        return train(*workbench, params.get<TrainParams>(), job);
    };
    table["variant.export"] = [workbench](const json& params, Job& job) {
        return exportModel(*workbench, params.get<ExportParams>(), job);
    };
    table["variant.verify"] = [workbench](const json& params, Job& job) {
        return toJsonResult(workbench->verify(params.get<VerifyParams>(), job));
    };
}

void addQuestions(const std::shared_ptr<const Workbench>& workbench, HandlerTable& table) {
    using namespace protocol;
    const auto add = [&](const char* name, const Handler& handler) {
        table[name] = {handler, Lane::Question};
    };
    add("initialize", [workbench](const json&, Job&) -> Result<json> { return json(workbench->info()); });
    add("qconfig.preview", [workbench](const json& params, Job&) {
        return toJsonResult(workbench->preview(params.get<PreviewParams>()));
    });
    add("layer.histogram", [workbench](const json& params, Job&) {
        return toJsonResult(workbench->histogram(params.get<HistogramParams>()));
    });
    add("variant.known", [workbench](const json& params, Job&) {
        return toJsonResult(workbench->known(params.get<VariantSpec>()));
    });
}

}  // namespace

HandlerTable workbenchHandlers() {
    const auto workbench = std::make_shared<Workbench>();
    HandlerTable table;
    addJobs(workbench, table);
    addQuestions(workbench, table);
    if (testHooksWanted()) {
        table["debug.crash"] = [](const json&, Job&) -> Result<json> { std::abort(); };
    }
    return table;
}

int serve() {
    return serve(workbenchHandlers());
}

}  // namespace qs
