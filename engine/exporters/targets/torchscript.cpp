#include "core/translatable.h"
#include "exporters/torchscript/module.h"

namespace qs {

void register_torchscript(Registry<Exporter>& registry) {
    registry.add("torchscript",
                 {.description = QT_TRANSLATE_NOOP("Engine", "TorchScript with quantized operators"),
                  .extension = ".pt",
                  .isDefault = true,
                  .runtime = "libtorch",
                  .make = makeTorchScript});
}

}  // namespace qs
