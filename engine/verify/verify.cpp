#include "verify/verify.h"

#include <ATen/ops/argmax.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/fixed_batch.h"
#include "core/guard.h"
#include "core/match.h"
#include "data/loader.h"
#include "runtime/latency_stats.h"
#include "verify/difference.h"
#include "verify/file_runtime.h"
#include "verify/in_process.h"
#include "verify/pixels.h"

namespace qs {

namespace {

using Tensors = std::vector<at::Tensor>;

constexpr int64_t kLayerBatch = 16;  ///< bounds the memory for every layer's output
constexpr int kTimingWarmup = 3;
constexpr int kTimingRounds = 30;
constexpr size_t kNamesInANote = 3;

Error otherNetwork(const FileFacts& file, const std::string& why) {
    return failure(file.path.string() + " is not an export of this network: " + why +
                   "; verify it against the model or project that it was exported from");
}

/// Both sides of the comparison, on the same samples.
class Pair {
  public:
    Pair(const VerifySubject& subject, FileSession& session) : subject_(subject), session_(session) {}

    const QuantizedGraph& graph() const { return subject_.engine.graph(); }
    FileSession& session() const { return session_; }

    /// The batch as both take it: padded where the network runs one batch size only.
    Tensors padded(const Tensors& inputs) const {
        return subject_.fixedBatch > 0 ? padBatch(inputs, subject_.fixedBatch) : inputs;
    }
    Tensors cut(const Tensors& outputs, int64_t samples) const {
        return subject_.fixedBatch > 0 ? cutBatch(outputs, samples, subject_.fixedBatch) : outputs;
    }
    /// What the file takes for the engine's inputs.
    Tensors forFile(Tensors inputs) const {
        if (subject_.file.preprocessingInside) {
            inputs.at(0) = pixelsOf(inputs[0], subject_.preprocessing);
        }
        return inputs;
    }
    Result<Tensors> runEngine(const Tensors& inputs, const Executor::Tap& tap = {}) const {
        return subject_.engine.run(inputs, tap);
    }
    Result<Tensors> runFile(const Tensors& inputs) const {
        auto outputs = session_.run(forFile(inputs));
        if (!outputs) {
            return failure(subject_.file.path.string() +
                           " does not run on these samples: " + outputs.error().message +
                           "; verify it against the model or project that it was exported from");
        }
        return outputs;
    }
    Status checkOutputs(const Tensors& engine, const Tensors& file) const {
        if (engine.size() != file.size()) {
            return otherNetwork(subject_.file, "it has " + std::to_string(file.size()) +
                                                   " outputs, the network " + std::to_string(engine.size()));
        }
        for (size_t i = 0; i < engine.size(); ++i) {
            if (engine[i].sizes() != file[i].sizes()) {
                return otherNetwork(subject_.file, "its output " + graph().outputNames.at(i) + " is " +
                                                       c10::str(file[i].sizes()) + ", the network's " +
                                                       c10::str(engine[i].sizes()));
            }
        }
        return {};
    }

  private:
    const VerifySubject& subject_;
    FileSession& session_;
};

/// Counts of a classifier's samples.
struct Classes {
    int64_t samples = 0, same = 0, labelled = 0, engineRight = 0, fileRight = 0;

    void add(const at::Tensor& engine, const at::Tensor& file, const at::Tensor& labels) {
        const at::Tensor a = at::argmax(engine, 1), b = at::argmax(file, 1);
        samples += a.numel();
        same += a.eq(b).sum().item<int64_t>();
        if (labels.defined() && labels.dim() == 1) {
            labelled += labels.numel();
            engineRight += a.eq(labels).sum().item<int64_t>();
            fileRight += b.eq(labels).sum().item<int64_t>();
        }
    }
    void write(protocol::VerifyResult& result) const {
        const auto percent = [](int64_t part, int64_t whole) {
            return 100 * static_cast<double>(part) / static_cast<double>(whole);
        };
        if (samples > 0) {
            result.agreement = percent(same, samples);
        }
        if (labelled > 0) {
            result.engine_top1 = percent(engineRight, labelled);
            result.file_top1 = percent(fileRight, labelled);
        }
    }
};

bool isClassifier(const Tensors& outputs) {
    return outputs.at(0).dim() == 2 && outputs[0].size(1) > 1;
}

Status compareOutputs(const VerifySubject& subject, const VerifyOptions& options, const Pair& pair,
                      protocol::VerifyResult& result, Job& job) {
    std::vector<OutputComparison> outputs;
    for (const std::string& name : pair.graph().outputNames) {
        outputs.emplace_back(name);
    }
    Classes classes;
    BatchStream stream(subject.data, firstSamples(subject.data, 0),
                       {.batch = subject.fixedBatch > 0 ? subject.fixedBatch : options.batch});
    job.begin("Comparing outputs", stream.total());
    for (;;) {
        QS_ASSIGN(const std::optional<Batch> batch, stream.next());
        if (!batch) {
            break;
        }
        if (batch->size() > 0) {
            const Tensors inputs = pair.padded(batch->inputs);
            QS_ASSIGN(Tensors engine, pair.runEngine(inputs));
            QS_ASSIGN(Tensors file, pair.runFile(inputs));
            QS_TRY(pair.checkOutputs(engine, file));
            engine = pair.cut(engine, batch->size());
            file = pair.cut(file, batch->size());
            for (size_t i = 0; i < engine.size(); ++i) {
                outputs[i].add(engine[i], file[i]);
            }
            if (subject.real && isClassifier(engine)) {
                classes.add(engine[0], file[0], batch->labels);
            }
            result.samples += batch->size();
        }
        QS_TRY(job.step(stream.done()));
    }
    if (result.samples == 0) {
        return failure("no sample of the data could be read");
    }
    classes.write(result);
    for (const OutputComparison& output : outputs) {
        result.outputs.push_back(output.result());
    }
    return {};
}

/// The integer layers of the engine, and what they differ by.
class LayerTable {
  public:
    explicit LayerTable(const QuantizedGraph& graph) : graph_(graph) {
        for (const QNode& node : graph.nodes) {
            names_.insert(node.layer);
            if (graph.isInteger(node)) {
                rows_.emplace_back(node.layer, node.op);
            }
        }
    }

    /// Failure where the file has a layer that the network lacks.
    Status checkNames(const FileFacts& file) const {
        for (const auto& [layer, tensors] : file.layers) {
            if (!names_.contains(layer)) {
                return otherNetwork(file, "the network has no layer " + layer);
            }
        }
        return {};
    }

    Status add(const FileFacts& file, const std::map<std::string, Tensors>& engine,
               const std::map<std::string, Tensors>& values) {
        size_t row = 0;
        for (const QNode& node : graph_.nodes) {
            if (!graph_.isInteger(node)) {
                continue;
            }
            LayerComparison& comparison = rows_.at(row++);
            const auto found = values.find(node.layer);
            if (found == values.end() || found->second.size() != node.outputs.size()) {
                continue;
            }
            for (size_t i = 0; i < node.outputs.size(); ++i) {
                const at::Tensor &mine = engine.at(node.layer).at(i), &its = found->second[i];
                if (mine.sizes() != its.sizes()) {
                    return otherNetwork(file, "its layer " + node.layer + " is " + c10::str(its.sizes()) +
                                                  ", the network's " + c10::str(mine.sizes()));
                }
                comparison.add(mine, *graph_.value(node.outputs[i]).qparams, its);
            }
        }
        return {};
    }

    void write(protocol::VerifyResult& result) const {
        std::vector<std::string> left;
        for (const LayerComparison& row : rows_) {
            protocol::LayerDifference layer = row.result(result.layer_tolerance_percent);
            if (row.values() == 0) {
                left.push_back(layer.name);
                continue;
            }
            if (!layer.passed && result.first_layer_out.empty()) {
                result.first_layer_out = layer.name;
            }
            result.layers.push_back(std::move(layer));
        }
        if (!left.empty()) {
            const size_t count = left.size();
            left.resize(std::min(count, kNamesInANote));
            result.notes.push_back("the file does not show " + std::to_string(count) +
                                   " of the INT8 layers, which are not compared: " + join(left) +
                                   (count > left.size() ? ", ..." : ""));
        }
    }

    bool empty() const { return rows_.empty(); }

  private:
    const QuantizedGraph& graph_;
    std::set<std::string> names_;
    std::vector<LayerComparison> rows_;
};

Result<std::map<std::string, Tensors>> engineLayers(const Pair& pair, const Tensors& inputs) {
    std::map<std::string, Tensors> layers;
    const QuantizedGraph& graph = pair.graph();
    QS_TRY(pair.runEngine(inputs, [&](size_t index, std::span<const at::Tensor> outputs) {
        const QNode& node = graph.nodes[index];
        if (graph.isInteger(node)) {
            for (const at::Tensor& output : outputs) {
                layers[node.layer].push_back(output.clone());
            }
        }
    }));
    return layers;
}

bool sameOutputs(const Tensors& a, const Tensors& b) {
    return std::ranges::equal(a, b, [](const at::Tensor& x, const at::Tensor& y) { return x.equal(y); });
}

Status compareLayers(const VerifySubject& subject, const VerifyOptions& options, const Pair& pair,
                     protocol::VerifyResult& result, Job& job) {
    LayerTable table(pair.graph());
    QS_TRY(table.checkNames(subject.file));
    const std::string why = table.empty() ? "the network has no INT8 layer: only its outputs are compared"
                                          : pair.session().whyNoLayers();
    if (!why.empty()) {
        result.notes.push_back(why);
        return {};
    }
    const int64_t samples = std::min(options.layerSamples, subject.data.size());
    const int64_t step = subject.fixedBatch > 0 ? subject.fixedBatch : kLayerBatch;
    bool disturbed = false;
    job.begin("Comparing layers", samples);
    for (int64_t begin = 0; begin < samples; begin += step) {
        QS_ASSIGN(const Batch batch, subject.data.read(begin, std::min(begin + step, samples)));
        if (batch.size() > 0) {
            const Tensors inputs = pair.padded(batch.inputs);
            QS_ASSIGN(const auto engine, engineLayers(pair, inputs));
            QS_ASSIGN(const Tensors outputs, pair.runFile(inputs));
            QS_ASSIGN(const FileSession::Layers file, pair.session().runLayers(pair.forFile(inputs)));
            disturbed = disturbed || !sameOutputs(outputs, file.outputs);
            QS_TRY(table.add(subject.file, engine, file.values));
        }
        QS_TRY(job.step(std::min(begin + step, samples)));
    }
    if (disturbed) {
        result.notes.push_back(
            "the runtime computes a little differently where it shows its layers: their "
            "differences are not quite those of the file as it is");
    }
    table.write(result);
    return {};
}

Status compareLatency(const VerifySubject& subject, const Pair& pair, protocol::VerifyResult& result,
                      const Job& job) {
    QS_ASSIGN(const Batch batch, subject.data.read(0, 1));
    if (batch.size() == 0) {
        return {};
    }
    const Tensors inputs = pair.padded(batch.inputs), forFile = pair.forFile(inputs);
    std::vector<double> engine, file;
    for (int i = -kTimingWarmup; i < kTimingRounds; ++i) {
        QS_TRY(job.checkCancelled());
        QS_ASSIGN(const double ours, timed([&] { return pair.runEngine(inputs); }));
        QS_ASSIGN(const double its, pair.session().time(forFile));
        if (i >= 0) {
            engine.push_back(ours);
            file.push_back(its);
        }
    }
    result.engine_ms = median(engine);
    result.file_ms = median(file);
    result.measured.latency_runs = kTimingRounds;
    return {};
}

}  // namespace

Result<protocol::VerifyResult> verifyFile(const VerifySubject& subject, const VerifyOptions& options,
                                          Job& job) {
    QS_ASSIGN(OpenedFile opened, openFile(subject.file, options.runtime, options.threads));
    const Pair pair(subject, *opened.session);
    protocol::VerifyResult result;
    result.runtime = opened.runtime;
    result.runtime_version = opened.session->version();
    result.target = subject.file.target;
    result.notes = std::move(opened.notes);
    if (const std::string note = opened.session->note(); !note.empty()) {
        result.notes.push_back(note);
    }
    QS_TRY(guard("verifying " + subject.file.path.string(), [&]() -> Status {
        if (options.layerSamples > 0) {
            QS_TRY(compareLayers(subject, options, pair, result, job));
            result.measured.error_samples = std::min(options.layerSamples, subject.data.size());
        } else {
            result.notes.push_back("layers are not compared");
        }
        QS_TRY(compareOutputs(subject, options, pair, result, job));
        return compareLatency(subject, pair, result, job);
    }));
    judge(result);
    return result;
}

}  // namespace qs
