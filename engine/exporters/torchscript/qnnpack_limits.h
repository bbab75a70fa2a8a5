#pragma once

#include <string>

#include "exporters/torchscript/step.h"

namespace qs {

/// What QNNPACK, which runs quantized operators on phones, refuses while it runs ("INTERNAL ASSERT ... failed
/// to create"): source of the numbers are its pytorch_qnnp_create_* functions. Steps outside are written in
/// float arithmetic, and the export says which and why: each function gives the reason with the remedy, or
/// nothing where QNNPACK takes the step.

/// a + b on quantized tensors: each of the two scales in steps of the sum's is in [2^-14, 2^8).
std::string whyNoQnnpackSum(const QParams& a, const QParams& b, const QParams& sum);
/// A weighted step whose product is on `output`: s_w * s_x, 1 / s_y and their product are normal float32
/// numbers in each channel (generateRequantizationScale()).
std::string whyNoQnnpackProduct(const TorchScriptStep& step, const QParams& output);
/// A pooling window holds more than one element.
std::string whyNoQnnpackPool(const std::vector<int64_t>& kernel);
/// Sigmoid and tanh have one grid each.
std::string whyNotOnQnnpackGrid(const QParams& output, double scale, int64_t zeroPoint);

}  // namespace qs
