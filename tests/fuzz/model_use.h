#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/result.h"
#include "graph/graph.h"

namespace qs {
struct OpenedModel;
}

namespace qs::test {

/// What a person's click does with a model file: opens and describes it and, where it is small, quantizes it
/// with preset onednn on two samples of noise and runs it. What is wrong with the answers, or nothing.
std::string useModel(const std::filesystem::path& path);

/// Quantizes the network, after `change` has had its way with the weights, and runs it, all on two samples of
/// noise. Nothing is done with a network that would take long.
Status quantizeAndRun(const OpenedModel& opened, const std::function<Status(Graph&)>& change = {});

}  // namespace qs::test
