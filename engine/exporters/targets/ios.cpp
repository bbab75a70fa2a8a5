#include "core/translatable.h"
#include "exporters/mobile/project.h"

namespace qs {

void register_ios(Registry<Exporter>& registry) {
    const MobileProject project{
        iosTemplates(),
        "Resources",
        {"xcodegen generate",
         "xcodebuild -workspace Classifier.xcworkspace -scheme Classifier -destination generic/platform=iOS "
         "-allowProvisioningUpdates DEVELOPMENT_TEAM=TEAM build"}};
    registry.add("ios", {.description = QT_TRANSLATE_NOOP(
                             "Engine", "iOS app that classifies photographs (Swift, XcodeGen, CocoaPods)"),
                         .extension = "",
                         .make = [project](const QuantizedGraph& graph, const ExportOptions& options,
                                           const std::string& fileName) {
                             return makeProject(project, graph, options, fileName);
                         }});
}

}  // namespace qs
