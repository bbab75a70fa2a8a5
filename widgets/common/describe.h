#pragma once

#include <QString>

#include "protocol/messages.h"

/// Structs of the protocol in a line for people.
namespace qs::describe {

/// "images: Float 1×3×224×224"; a free extent is "?".
QString tensor(const protocol::TensorInfo& tensor);
/// "10 classes", "masks of 65×65", or what data without labels is good for.
QString labels(const protocol::DataInfo& data);
/// "shorter side 256, crop 224, mean 0.485, ...": the parts that are set; empty where none is.
QString preprocessing(const protocol::Preprocessing& settings);
/// "0.485, 0.456, 0.406"
QString numbers(const std::vector<double>& values);
/// "256 px", "224 × 320 px", "kept": a size as Preprocessing's resize and resize_to hold it; empty where
/// neither is set.
QString side(const std::optional<int>& side, const std::vector<int>& exact);
/// "1/255", "1"
QString scale(double factor);

/// "compute" or "memory" in the window's language; empty where nothing is known.
QString bound(const protocol::LayerResult& layer);
/// A line an implementation that would have been better, best first, with the reason why it was not taken;
/// empty where there is none.
QString refusals(const protocol::LayerResult& layer);

}  // namespace qs::describe
