#include "exporters/mobile/project.h"

#include <nlohmann/json.hpp>

#include "exporters/metadata.h"
#include "exporters/mobile/app_settings.h"
#include "exporters/mobile/fill.h"
#include "exporters/preprocessing.h"
#include "exporters/torchscript/module.h"
#include "protocol/parse_json.h"

namespace qs {

namespace {

using Json = nlohmann::json;

/// The shortest decimal that is read back as the same double, as Java, Kotlin and Swift write it.
std::string number(double value) {
    return Json(value).dump();
}

std::string numbers(const std::vector<double>& values) {
    std::string text;
    for (const double value : values) {
        text += (text.empty() ? "" : ", ") + number(value);
    }
    return text;
}

std::string truth(bool value) {
    return value ? "true" : "false";
}

TemplateValues templateValues(const AppSettings& settings) {
    const protocol::Preprocessing& p = settings.preprocessing;
    TemplateValues values{
        {"name", settings.name},
        {"slug", settings.slug},
        {"channels", std::to_string(*p.channels)},
        {"resize_shorter", std::to_string(p.resize.value_or(0))},
        {"resize_height", std::to_string(p.resize_to.empty() ? 0 : p.resize_to[0])},
        {"resize_width", std::to_string(p.resize_to.empty() ? 0 : p.resize_to[1])},
        {"height", std::to_string(settings.height)},
        {"width", std::to_string(settings.width)},
        {"interpolation", p.interpolation},
        {"blue_first", truth(p.color_order == "bgr")},
        {"channels_last", truth(p.layout == "nhwc")},
        {"scale", number(*p.scale)},
        {"mean", numbers(p.mean)},
        {"std", numbers(p.std)},
    };
    const Json versions = protocol::parseJson(mobileVersions()).value;
    for (const auto& [name, version] : versions.items()) {
        values.emplace(name, version.get<std::string>());
    }
    return values;
}

/// JSON in which any bytes are text.
std::string jsonText(const Json& json) {
    return json.dump(4, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<Exported> makeProject(const MobileProject& project, const QuantizedGraph& graph,
                             const ExportOptions& options, const std::string& fileName) {
    QS_ASSIGN(const AppSettings settings, appSettings(graph, options, fileName));
    QS_ASSIGN(const ExportSource source, exportSource(graph, options));
    QS_ASSIGN(const std::string metadata, fileMetadata(source.options));
    QS_ASSIGN(Exported model, makeLite(graph, options, "model.ptl"));
    Exported exported{
        {{"quantoscope.json", jsonText(protocol::parseJson(metadata).value)}}, model.notes, project.commands};
    exported.notes.insert(exported.notes.end(), settings.notes.begin(), settings.notes.end());
    const TemplateValues values = templateValues(settings);
    for (const TemplateFile& file : project.templates) {
        auto text = fillTemplate(file.text, values);
        if (!text) {
            return failure(std::string(file.name) + ": " + text.error().message);
        }
        exported.files.push_back({file.name, std::move(*text)});
    }
    exported.files.push_back({project.resources / "model.ptl", std::move(model.files.at(0).bytes)});
    exported.files.push_back({project.resources / "classes.json", jsonText(settings.classes)});
    return exported;
}

}  // namespace qs
