#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "graph/graph.h"
#include "protocol/messages/data.h"
#include "protocol/messages/engine.h"
#include "protocol/messages/metrics.h"

namespace qs {

/// What a metric is to judge: one output of a model, and the labels that come with the data.
struct MetricSubject {
    std::string output;  ///< its name
    Shape shape;         ///< of the output, at the inputs that the model was opened with
    int64_t batch = 1;   ///< samples in those inputs
    /// Of one sample's labels: {} a class, {H, W} a mask, {L} a sequence. Absent where the data has none.
    std::optional<Shape> label;
    std::vector<std::string> classes;  ///< names, where anybody gives them
    std::string argument;  ///< what stands behind the metric's name and a colon ("exact_match:last")
};

/// One batch. Outputs are contiguous float32 of any N, otherwise of the subject's shape.
struct MetricBatch {
    at::Tensor output;
    at::Tensor reference;  ///< the FP32 model's output on the same samples; undefined for that model itself
    at::Tensor labels;     ///< int64, N x the subject's label shape; undefined where the data has none
    int64_t samples = 0;   ///< N
};

/// Accumulates a figure batch by batch, in memory that does not grow with the number of samples.
class Metric {
  public:
    virtual ~Metric() = default;
    /// Failure for labels that cannot be right. May throw c10::Error.
    virtual Status add(const MetricBatch& batch) = 0;
    /// `value`, interval and sample count; the caller knows the names and the unit.
    virtual protocol::MetricValue value() const = 0;
    /// Of a metric that is a share of the samples: whether each sample of the last batch counted. Null for
    /// the others.
    virtual const std::vector<bool>* lastHits() const { return nullptr; }
    /// Figures by class, where the metric has them.
    virtual std::optional<protocol::ClassReport> classReport() const { return std::nullopt; }
};

/// A metric as the registry knows it.
struct MetricDef {
    int rank = 0;  ///< the headline is the fitting metric of the lowest rank
    std::string description;
    std::string unit;  ///< "%", "dB", or empty
    bool needsLabels = false;
    bool comparesWithFp32 = false;
    bool automatic = true;
    bool everyOutput = false;       ///< judges each output; else the first that fits
    std::string argumentHelp = {};  ///< empty: takes none
    /// Why the metric cannot judge this subject, or nothing. Whether there are labels at all and whether
    /// there is an argument where none is taken is looked at before.
    std::function<std::string(const MetricSubject&)> refusal;
    /// For a subject that is not refused.
    std::function<std::unique_ptr<Metric>(const MetricSubject&)> make;
};

/// engine/analysis/metrics, one a file.
const Registry<MetricDef>& metrics();

/// In the order of rank, for menus.
std::vector<protocol::MetricInfo> describeMetrics();

/// A metric chosen for an output.
struct ChosenMetric {
    std::string name;
    const MetricDef* def = nullptr;
    size_t output = 0;  ///< index of the model's output
    MetricSubject subject;

    std::unique_ptr<Metric> make() const { return def->make(subject); }
};

struct MetricRequest {
    std::vector<protocol::TensorInfo> outputs;  ///< with N
    int64_t batch = 1;                          ///< that N
    std::optional<Shape> label;                 ///< as in MetricSubject
    std::vector<std::string> classes;
    std::string metric;         ///< chosen by hand, "name" or "name:argument"; empty: automatically
    bool withReference = true;  ///< whether there are FP32 outputs to compare with
};

/// What to measure, the headline first. Usage error for a metric that is not known or does not fit what it is
/// asked for; failure for labels that no metric can use. Empty where there are neither labels nor a
/// reference.
Result<std::vector<ChosenMetric>> chooseMetrics(const MetricRequest& request);

}  // namespace qs
