#include "core/translatable.h"
#include "exporters/torchscript/module.h"

namespace qs {

void register_lite(Registry<Exporter>& registry) {
    registry.add("lite", {.description = QT_TRANSLATE_NOOP(
                              "Engine", "TorchScript for PyTorch's lite interpreter on phones"),
                          .extension = ".ptl",
                          .isDefault = true,
                          .runtime = "lite",
                          .make = makeLite});
}

}  // namespace qs
