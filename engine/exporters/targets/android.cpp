#include "core/translatable.h"
#include "exporters/mobile/project.h"

namespace qs {

void register_android(Registry<Exporter>& registry) {
    const MobileProject project{
        androidTemplates(),
        "app/src/main/assets",
        {"gradle assembleDebug", "adb install -r app/build/outputs/apk/debug/app-debug.apk"}};
    registry.add("android",
                 {.description = QT_TRANSLATE_NOOP(
                      "Engine", "Android app that classifies photographs (Gradle, Kotlin and Java)"),
                  .extension = "",
                  .make = [project](const QuantizedGraph& graph, const ExportOptions& options,
                                    const std::string& fileName) {
                      return makeProject(project, graph, options, fileName);
                  }});
}

}  // namespace qs
