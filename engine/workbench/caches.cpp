#include "workbench/caches.h"

#include <nlohmann/json.hpp>

#include "protocol/json.h"

namespace qs {

namespace {

constexpr size_t kMostBaselines = 4;  ///< of at most ReferenceOutputs::kLimitBytes each

}  // namespace

ReferenceOutputs& Baselines::of(const std::string& key) {
    if (all_.size() >= kMostBaselines && !all_.contains(key)) {
        all_.clear();
    }
    return all_[key];
}

std::string keyOf(const protocol::VariantSpec& variant) {
    std::string key = nlohmann::json(variant).dump() + identify(variant.model);
    for (const auto& data : {variant.data, variant.calib_data}) {
        key += data ? Models::keyOf(*data) : "";
    }
    return key + identify(variant.recipe.trained_weights);
}

}  // namespace qs
