#pragma once

#include <string>

#include "protocol/messages.h"

/// Invented but plausible protocol structs of a ResNet-18 on 28 x 28 images, for tests that need no engine.
/// All are functions of their arguments alone.
namespace qs::samples {

protocol::EngineInfo engineInfo();
protocol::ModelInfo modelInfo(const std::string& path);
protocol::DataInfo dataInfo(const protocol::DataSpec& spec);

/// What a measurement of the sample model by this recipe could give: layers ruled "fp32" run in FP32, slower
/// and without an error of their own; the worst layer of all under int8 is "layer4.0.downsample.0".
protocol::VariantResult variant(const protocol::Recipe& recipe,
                                const std::string& data = "fashion-mnist:test");

/// A recipe with one global rule.
protocol::Recipe recipe(const std::string& preset = "onednn");

/// Point `index` (from 0) of a training curve of `points` points in `epochs` epochs.
protocol::CurvePoint curvePoint(int index, int points, int epochs);

}  // namespace qs::samples
