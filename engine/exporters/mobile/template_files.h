#pragma once

#include <span>
#include <string_view>

namespace qs {

/// A file of packaging/mobile, compiled in.
struct TemplateFile {
    std::string_view name;  ///< in its project: "app/build.gradle.kts"
    std::string_view text;
};

/// packaging/mobile/android and packaging/mobile/ios.
std::span<const TemplateFile> androidTemplates();
std::span<const TemplateFile> iosTemplates();

/// packaging/mobile/versions.json: an object of strings.
std::string_view mobileVersions();

}  // namespace qs
