#include "fuzz/model_use.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/guard.h"
#include "fuzz/message_check.h"
#include "protocol/framing.h"
#include "protocol/json.h"
#include "quant/ptq.h"
#include "runtime/executor.h"
#include "support/prepared.h"
#include "workbench/model_data.h"
#include "workbench/models.h"
#include "workbench/random_data.h"

namespace qs::test {

namespace {

constexpr int64_t kMostMacs = 20'000'000;
constexpr int64_t kMostElements = 1'000'000;
constexpr int64_t kSamples = 2;

bool isSmall(const OpenedModel& opened) {
    int64_t elements = 0;
    for (const Value& value : opened.graph.values()) {
        int64_t count = 1;
        for (const int64_t extent : value.shape) {
            count = std::min(kMostElements, count * std::clamp<int64_t>(extent, 1, kMostElements));
        }
        elements += count;
    }
    return opened.info.macs <= kMostMacs && elements <= kMostElements;
}

std::string complaintAboutRefusal(const Error& error, const std::filesystem::path& path) {
    const bool named = error.message.find(path.filename().string()) != std::string::npos;
    return named ? complaintAbout(error.message) : "does not name the file: " + error.message;
}

}  // namespace

Status quantizeAndRun(const OpenedModel& opened, const std::function<Status(Graph&)>& change) {
    if (!isSmall(opened)) {
        return {};
    }
    QS_ASSIGN(std::vector<SampleInput> inputs, sampleInputsOf(opened.graph));
    const std::shared_ptr<const Dataset> noise = makeRandomData(std::move(inputs), kSamples, 1);
    QS_ASSIGN(InputMap map, mapInputs(opened.graph, *noise));
    ModelData data(noise, {0, 1}, std::move(map), opened.graph.fixedBatch());
    Graph graph = opened.graph;
    if (change) {
        QS_TRY(change(graph));
    }
    QS_ASSIGN(const RuleSet rules, RuleSet::make({{RuleMatch::Global, "", "onednn"}}));
    QS_ASSIGN(const PreparedModel prepared, test::prepareGraph(std::move(graph), rules));
    Job job;
    const int64_t fixed = opened.graph.fixedBatch();
    const int64_t batch = fixed > 0 ? fixed : kSamples;
    QS_ASSIGN(const Encodings encodings, calibrate(prepared, data, 0, batch, job));
    QS_ASSIGN(QuantizedGraph converted, convert(prepared, encodings));
    QS_ASSIGN(const auto executor, makeExecutor(kDefaultBackend, std::move(converted)));
    QS_ASSIGN(const Batch samples, data.read(0, batch));
    QS_ASSIGN(const auto outputs, executor->run(samples.inputs));
    return {};
}

std::string useModel(const std::filesystem::path& path) {
    setThreads(1);
    try {
        const auto opened = Models().open(path.string(), nullptr, {}, Job());
        if (!opened) {
            return complaintAboutRefusal(opened.error(), path);
        }
        protocol::encodeFrame(nlohmann::json((*opened)->info));
        const Status ran = quantizeAndRun(**opened);
        return ran ? "" : complaintAbout(ran.error().message);
    } catch (const std::exception& error) {  // as the server does
        return complaintAbout(exceptionSummary(error));
    }
}

}  // namespace qs::test
