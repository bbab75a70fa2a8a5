#include "core/match.h"
#include "quant/observer.h"

namespace qs {

Result<std::unique_ptr<Observer>> makeObserver(const TensorQConfig& config, int channelAxis) {
    if (const ObserverFactory* factory = observers().find(config.observer)) {
        return (*factory)(config, channelAxis);
    }
    return usageError("unknown observer '" + config.observer + "': there are " + join(observers().names()));
}

}  // namespace qs
