#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "data/dataset.h"
#include "protocol/messages.h"
#include "workbench/models.h"

namespace qs {

/// The samples that a variant is calibrated and measured on, as its model takes them.
struct VariantData {
    std::shared_ptr<Dataset> calibration;  ///< padded where the network runs one batch size only
    std::shared_ptr<Dataset> evaluation;
    std::shared_ptr<Dataset> errors;  ///< the first of the evaluated samples, padded like `calibration`
    bool real = true;                 ///< false: noise stands in, and nothing is said about accuracy
    std::string calibrationSource;    ///< empty where it is the evaluated data
    std::string key;                  ///< the same for the same evaluated samples
    std::vector<std::string> notes;   ///< overlaps of the two, and what the data says about itself
};

/// Calibration comes from params.calib_data, else from the training split that belongs to params.data, else
/// from params.data itself: then the two sets of samples are disjoint where there are enough. Both are chosen
/// by recipe.seed.
Result<VariantData> chooseData(Models& models, const OpenedModel& opened,
                               const protocol::VariantSpec& params);

/// The network's batch size where it has only one, else `wanted`.
int64_t batchOf(const OpenedModel& opened, int64_t wanted);

}  // namespace qs
