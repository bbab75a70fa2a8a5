#include "exporters/mobile/app_settings.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

#include "protocol/parse_json.h"

namespace qs {

namespace {

constexpr const char* kRemedy = "; export for 'lite' and write the app yourself";

std::string slugOf(const std::string& name) {
    std::string slug = "app";
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && std::isalnum(byte) != 0) {
            slug += static_cast<char>(std::tolower(byte));
        }
    }
    return slug;
}

/// Height and width of the image that the network sees: what the data makes of its images, else what the
/// network's file says.
Result<std::pair<int64_t, int64_t>> imageSize(const QuantizedGraph& graph,
                                              const protocol::Preprocessing& preprocessing) {
    if (graph.inputs.size() != 1) {
        return failure("the app takes one image, but the network has " + std::to_string(graph.inputs.size()) +
                       " inputs" + kRemedy);
    }
    const Shape& shape = graph.value(graph.inputs[0]).shape;
    const bool channelsLast = preprocessing.layout == "nhwc";
    if (shape.size() != 4 || graph.value(graph.inputs[0]).dtype != at::kFloat ||
        shape.at(channelsLast ? 3 : 1) != preprocessing.channels) {
        return failure("the app takes images of " + std::to_string(*preprocessing.channels) +
                       " channels, but the network's input " + graph.inputNames.at(0) +
                       " takes something else" + kRemedy);
    }
    if (!preprocessing.crop_to.empty()) {
        return std::pair<int64_t, int64_t>(preprocessing.crop_to.at(0), preprocessing.crop_to.at(1));
    }
    if (const int side = preprocessing.crop.value_or(0); side > 0) {
        return std::pair<int64_t, int64_t>(side, side);
    }
    if (!preprocessing.resize_to.empty()) {
        return std::pair<int64_t, int64_t>(preprocessing.resize_to.at(0), preprocessing.resize_to.at(1));
    }
    return channelsLast ? std::pair(shape[1], shape[2]) : std::pair(shape[2], shape[3]);
}

/// The classes' names, one an output; their numbers where names are missing.
Result<std::vector<std::string>> classNames(const QuantizedGraph& graph, const ExportOptions& options) {
    const Shape& shape = graph.value(graph.outputs.at(0)).shape;
    const int64_t count =
        shape.size() < 2 ? 0 : std::accumulate(shape.begin() + 1, shape.end(), int64_t{1}, std::multiplies());
    if (graph.outputs.size() != 1 || count < 1 || count != shape[1]) {
        return failure("the app names classes, but the network's output is not one score a class" +
                       std::string(kRemedy));
    }
    if (!options.classes.empty() && options.classes.size() != static_cast<size_t>(count)) {
        return failure("the network has " + std::to_string(count) + " outputs, but the data " +
                       std::to_string(options.classes.size()) + " class names");
    }
    std::vector<std::string> names = options.classes;
    for (int64_t i = static_cast<int64_t>(names.size()); i < count; ++i) {
        names.push_back("class " + std::to_string(i));
    }
    return names;
}

/// Settings that keep an image's size suit data of one size; photographs have any.
void bringToSize(AppSettings& settings) {
    protocol::Preprocessing& p = settings.preprocessing;
    if (p.resize.value_or(0) > 0 || !p.resize_to.empty()) {
        return;
    }
    const auto height = static_cast<int>(settings.height), width = static_cast<int>(settings.width);
    if (height == width) {
        p.resize = height;
    } else {
        p.resize_to = {height, width};
    }
    settings.notes.push_back("the data's images keep their size; the app brings photographs to " +
                             std::to_string(width) + " x " + std::to_string(height) +
                             ", which no measurement here covers");
}

/// `text` with what is no UTF-8 replaced.
std::string validText(const std::string& text) {
    using Json = nlohmann::json;
    const std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    return protocol::parseJson(quoted).value.get<std::string>();
}

/// What is left to do outside a network that normalizes pixels itself.
void leaveInside(protocol::Preprocessing& p) {
    const auto channels = static_cast<size_t>(*p.channels);
    p.mean.assign(channels, 0);
    p.std.assign(channels, 1);
    p.scale = 1;
    p.color_order = "rgb";
    p.layout = "nchw";
}

}  // namespace

Result<AppSettings> appSettings(const QuantizedGraph& graph, const ExportOptions& options,
                                const std::string& fileName) {
    if (!options.preprocessing) {
        return usageError(
            "the app must know how images become the network's input: choose the data that it was measured "
            "on (--data)");
    }
    AppSettings settings;
    settings.name = validText(fileName);
    settings.slug = slugOf(fileName);
    settings.preprocessing = *options.preprocessing;
    QS_ASSIGN(const auto size, imageSize(graph, settings.preprocessing));
    settings.height = size.first;
    settings.width = size.second;
    QS_ASSIGN(settings.classes, classNames(graph, options));
    bringToSize(settings);
    if (options.preprocessingInside) {
        leaveInside(settings.preprocessing);
    }
    return settings;
}

}  // namespace qs
