#include "comparison/in_process.h"
#include "runtime/executor.h"

namespace qs {

namespace {

Result<std::unique_ptr<Runner>> makeOurs(const std::string& backend, const QuantizedGraph& graph,
                                         const std::vector<at::Tensor>& inputs) {
    QS_ASSIGN(std::shared_ptr<Executor> executor, makeExecutor(backend, graph));
    const bool isOneDnn = backend.empty() || backend == kDefaultBackend;
    return makeInProcessRunner(isOneDnn ? oneDnnVersion() : backend, "",
                               [executor = std::move(executor), inputs]() -> Status {
                                   QS_TRY(executor->run(inputs));
                                   return {};
                               });
}

}  // namespace

void register_ours(Registry<Contestant>& registry) {
    registry.add(kOursInt8, {"our runtime, as quantized", [](const ComparisonSubject& subject) {
                                 return makeOurs(subject.backend, subject.integer, subject.inputs);
                             }});
    registry.add("ours-fp32", {"our runtime, every layer in FP32", [](const ComparisonSubject& subject) {
                                   return makeOurs(kDefaultBackend, subject.real, subject.inputs);
                               }});
}

}  // namespace qs
