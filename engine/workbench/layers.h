#pragma once

#include <string>
#include <vector>

#include "protocol/messages.h"
#include "quant/ptq.h"
#include "workbench/models.h"

namespace qs {

/// What a layer computes in.
struct LayerPrecision {
    std::string name;         ///< precisionText()
    std::string reason = {};  ///< why it is not on kernels of its precision; empty: it is
};

LayerPrecision precisionOf(const PreparedModel& model, size_t group);

/// The layers of a variant of `opened` before anything is measured.
std::vector<protocol::LayerResult> listLayers(const OpenedModel& opened, const PreparedModel& prepared);

}  // namespace qs
