#pragma once

#include <QString>
#include <QStringList>
#include <cstdint>
#include <memory>
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
    std::string metric = {};   ///< as in protocol::Recipe; empty: what fits the outputs and the labels
    uint64_t seed = 1;         ///< of the choice of samples
    std::string backend = {};  ///< as in protocol::Recipe; empty: the engine's default
    std::vector<protocol::Algorithm> algorithms = {};  ///< that run on what calibration makes, in order
};

/// Data that the engine has opened: what was asked for and what was found.
struct OpenedData {
    protocol::DataSpec spec;
    protocol::DataInfo info;
};

/// What a verification found out about a file.
struct Proof {
    QString file;
    protocol::VerifyResult result;
};

/// Everything that a project holds. What is large is shared and never changed, so that a copy is a snapshot
/// that costs next to nothing.
struct Document {
    std::shared_ptr<const protocol::ModelInfo> model;  ///< path inside; null: none is open
    /// Shapes that the person has entered, with N; empty: from the file or the data.
    std::vector<protocol::TensorInfo> inputs;
    std::optional<OpenedData> evaluation;
    std::optional<OpenedData> training;
    std::optional<OpenedData> calibration;  ///< absent: shares the evaluation data
    Rules rules;
    Settings settings;
    std::vector<VariantPtr> variants;  ///< in the order in which they were made
    QString currentVariant;            ///< id, or empty
    /// Ids of variants whose files could not be read: saving leaves the variants out and the files alone.
    QStringList unreadable;
    QString selectedLayer;
    std::optional<Proof> proof;  ///< of the last file that was verified against the model
};

}  // namespace qs::app
