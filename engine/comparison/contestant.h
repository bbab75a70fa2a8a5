#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "exporters/exporter.h"
#include "graph/quantized_graph.h"
#include "runtime/inference_time.h"

namespace qs {

/// What contestants are made from: one network in two precisions, and the inputs that all of them run.
struct ComparisonSubject {
    QuantizedGraph integer;
    QuantizedGraph real;             ///< the same network, every layer in float
    std::filesystem::path model;     ///< the file that it was opened from
    std::vector<at::Tensor> inputs;  ///< contiguous, one a graph input, of its type
    std::string backend;             ///< what runs `integer` in ours-int8; empty: the default
    ExportOptions exporting;
    std::filesystem::path folder;  ///< for exported files; exists, and outlives the runners
    int threads = 1;
};

/// A contestant ready to run. One caller at a time, at ComparisonSubject::threads threads.
class Runner {
  public:
    virtual ~Runner() = default;
    /// One inference of the subject's inputs.
    virtual Result<InferenceTime> run() = 0;
    /// Of the library that runs it ("ONNX Runtime 1.30.0").
    virtual std::string version() const = 0;
    /// What a reader of its time must know, or empty.
    virtual std::string note() const { return {}; }
};

/// Something that can run a network, to be timed beside the others.
struct Contestant {
    std::string description;  ///< for tables
    /// Failure where it is not available or cannot run this network, with the reason and the remedy.
    std::function<Result<std::unique_ptr<Runner>>(const ComparisonSubject&)> make;
};

/// Every contestant by its name (engine/comparison/contestants).
const Registry<Contestant>& contestants();

/// The one that all times are set against.
inline constexpr const char* kOursInt8 = "ours-int8";

}  // namespace qs
