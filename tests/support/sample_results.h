#pragma once

#include <string>

#include "protocol/messages.h"

/// Invented but plausible protocol structs of a ResNet-18 on 28 x 28 images, for tests that need no engine.
/// All are functions of their arguments alone.
namespace qs::samples {

protocol::EngineInfo engineInfo();
/// A path with "fixed" in it runs one batch size only and has notes; "detector" has two inputs and outputs.
protocol::ModelInfo modelInfo(const std::string& path);
/// A source with "unlabelled" in it has no labels, with "broken" skipped files.
protocol::DataInfo dataInfo(const protocol::DataSpec& spec);

/// What a measurement of the sample model by this recipe could give: layers ruled "fp32" run in FP32, slower
/// and without an error of their own; the worst layer of all under int8 is "layer4.0.downsample.0". Of a
/// model with "detector" in its name, or by the metric "sqnr_db", the headline is the SQNR, and there are no
/// classes.
protocol::VariantResult variant(const protocol::Recipe& recipe,
                                const std::string& data = "fashion-mnist:test",
                                const std::string& model = {});

/// A recipe with one global rule.
protocol::Recipe recipe(const std::string& preset = "onednn");

/// Point `index` (from 0) of a training curve of `points` points in `epochs` epochs.
protocol::CurvePoint curvePoint(int index, int points, int epochs);

}  // namespace qs::samples
