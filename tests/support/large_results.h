#pragma once

#include <string>

#include "protocol/messages.h"

/// A model of a size that a window has to bear, and measurements of it, made up from
/// support/sample_results.h.
namespace qs::samples {

/// A network of so many layers in blocks like a ResNet's, of 100 classes.
protocol::ModelInfo largeModel(const std::string& path, int layers);

/// A measurement of it by this recipe; `number` decides all figures.
protocol::VariantResult largeVariant(const protocol::ModelInfo& model, const protocol::Recipe& recipe,
                                     int number);

/// A recipe that keeps a layer in 40 in FP32: which ones, `number` decides.
protocol::Recipe largeRecipe(const protocol::ModelInfo& model, int number);

}  // namespace qs::samples
