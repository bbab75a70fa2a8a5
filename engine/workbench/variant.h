#pragma once

#include <memory>
#include <string>

#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/caches.h"
#include "workbench/variant_data.h"

namespace qs {

/// A variant and the data that it is measured on.
struct VariantOnData {
    std::shared_ptr<const BuiltVariant> built;
    VariantData data;
    std::string key;  ///< the same for the same variant, however its qparams came about
};

/// Opens, applies the recipe's weights and quantizes the network (quant/pipeline.h), from data only as far as
/// the recipe does not bring what data would tell; or finds what was built from the same. `variant.data`
/// absent: its calib_data stands in, else noise.
Result<VariantOnData> buildVariant(Caches& caches, protocol::VariantSpec variant, Job& job);

/// What was built for the request on a model that is open, or null. Safe from any thread.
std::shared_ptr<const BuiltVariant> findBuilt(Caches& caches, const protocol::VariantSpec& variant);

}  // namespace qs
