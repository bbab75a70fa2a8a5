#include "core/match.h"
#include "runtime/executor.h"

namespace qs {

Result<std::unique_ptr<Executor>> makeExecutor(const std::string& backend, QuantizedGraph graph) {
    const Backend* found = backends().find(backend.empty() ? kDefaultBackend : backend);
    if (!found) {
        return usageError("unknown backend '" + backend + "': use " + join(backends().names()));
    }
    return found->make(std::move(graph));
}

}  // namespace qs
