#pragma once

#include "protocol/messages.h"

/// Invented but plausible exports and proofs, see sample_results.h.
namespace qs::samples {

/// What writing by these parameters could give: a folder with an app for the target "android", a calibration
/// cache and a command line beside the file for "tensorrt".
protocol::ExportResult exportResult(const protocol::ExportParams& params);

/// Passed, unless the file has "wrong" in its name: then the layers from "layer2.0.conv1" on leave tolerance.
/// Top-1 with data only.
protocol::VerifyResult verification(const protocol::VerifyParams& params);

}  // namespace qs::samples
