#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace qs::cli {

/// FP32 beside the variant: metrics, latency, size; drop and speed-up with their intervals, or why there is
/// no speed-up; what it was measured with.
std::string summaryText(const protocol::VariantResult& variant);

/// "processor time, 1 thread on CPU (ISA)": what latencies were measured with.
std::string timedOnText(const protocol::Measurement& measured);

/// A line a class and the confusions, where `wanted`.
std::string classesText(const protocol::VariantResult& variant, bool wanted);

/// A line a layer in execution order: precision, errors, times.
std::string layersText(const protocol::VariantResult& variant);

/// "skipped 2 samples that cannot be decoded: a.png, ..." or nothing.
std::string skippedText(const std::vector<std::string>& skipped);

/// The variant's JSON with what was written.
nlohmann::json exportedJson(const protocol::VariantResult& variant, const protocol::ExportResult& written);
std::string exportedText(const protocol::ExportResult& written);

}  // namespace qs::cli
