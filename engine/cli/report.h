#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace qs::cli {

/// FP32 beside INT8: metrics, latency, size; drop and speed-up; what it was measured with.
std::string summaryText(const protocol::VariantResult& variant);

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
