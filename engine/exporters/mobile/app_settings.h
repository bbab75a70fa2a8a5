#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "exporters/exporter.h"
#include "protocol/messages/data.h"

namespace qs {

/// What an app on a phone needs besides the network.
struct AppSettings {
    std::string name;  ///< for people
    std::string slug;  ///< of ASCII letters and digits, for identifiers
    /// From a photograph to the tensor, with preprocessing inside the network without what that does.
    protocol::Preprocessing preprocessing;
    int64_t height = 0;  ///< of the image that the network sees
    int64_t width = 0;
    std::vector<std::string> classes;  ///< one a network output
    std::vector<std::string> notes;
};

/// Usage error or failure where the network is no classifier of single images, or nobody knows its
/// preprocessing.
Result<AppSettings> appSettings(const QuantizedGraph& graph, const ExportOptions& options,
                                const std::string& fileName);

}  // namespace qs
