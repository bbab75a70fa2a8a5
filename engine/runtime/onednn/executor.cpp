#include "runtime/executor.h"

#include <utility>

#include "core/guard.h"
#include "core/translatable.h"
#include "runtime/onednn/kernels.h"
#include "runtime/plan/plan_executor.h"

namespace qs {

Result<std::unique_ptr<Executor>> makeOneDnnExecutor(QuantizedGraph graph) {
    return guard("cannot prepare the model for oneDNN", [&] {
        return runtime::makePlanExecutor(std::move(graph), {{"oneDNN", &oneDnnKernels()}});
    });
}

void register_onednn(Registry<Backend>& registry) {
    registry.add("onednn", {QT_TRANSLATE_NOOP("Engine", "oneDNN: this machine's fastest integer kernels"),
                            makeOneDnnExecutor});
}

}  // namespace qs
