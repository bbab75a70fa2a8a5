#pragma once

#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "app/session/rules.h"
#include "app/session/variant.h"
#include "protocol/messages.h"

namespace qs::app {

/// What the person can set for a measurement or a training.
struct Settings {
    int64_t calibSamples = 256;
    int64_t evalSamples = 0;  ///< 0: all
    int64_t batch = 64;
    int threads = 0;  ///< 0: one per core
    int latencyRuns = 100;
    int latencyWarmup = 10;
    protocol::QatSettings qat;
};

/// Data that the engine has opened: what was asked for and what was found.
struct OpenedData {
    protocol::DataSpec spec;
    protocol::DataInfo info;
};

/// Everything that a project file holds.
struct Document {
    std::optional<protocol::ModelInfo> model;  ///< path inside
    std::optional<OpenedData> evaluation;
    std::optional<OpenedData> training;
    Rules rules;
    Settings settings;
    std::vector<Variant> variants;  ///< in the order in which they were made
    QString currentVariant;         ///< id, or empty
    QString selectedLayer;
};

}  // namespace qs::app
