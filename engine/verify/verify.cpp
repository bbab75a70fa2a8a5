#include "verify/verify.h"

#include <algorithm>

#include "analysis/fixed_batch.h"
#include "analysis/metrics/scores.h"
#include "core/guard.h"
#include "data/loader.h"
#include "runtime/latency_stats.h"
#include "verify/departure.h"
#include "verify/difference.h"
#include "verify/file_runtime.h"
#include "verify/in_process.h"
#include "verify/layer_table.h"
#include "verify/pixels.h"

namespace qs {

namespace {

using Tensors = std::vector<at::Tensor>;

constexpr int64_t kLayerBatch = 16;  ///< bounds the memory for every layer's output
constexpr int kTimingWarmup = 3;
constexpr int kTimingRounds = 30;

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
        const auto image = std::ranges::find_if(inputs, [](const at::Tensor& input) {
            return input.dim() == 4 && at::isFloatingType(input.scalar_type());
        });
        if (subject_.file.preprocessingInside && image != inputs.end()) {
            *image = pixelsOf(*image, subject_.preprocessing);
        }
        return inputs;
    }
    Result<Tensors> runEngine(const Tensors& inputs) const { return subject_.engine.run(inputs); }
    Result<Tensors> runFile(const Tensors& inputs) const {
        auto outputs = session_.run(forFile(inputs));
        if (!outputs) {
            return failure(subject_.file.path.string() +
                           " does not run on these samples: " + outputs.error().message +
                           "; verify it against the model or project that it was exported from");
        }
        return outputs;
    }
    /// The file's outputs in the engine's shapes. A file may lack or have axes of one element: a flatten that
    /// was fused away.
    Result<Tensors> alike(Tensors file, const Tensors& engine) const {
        if (engine.size() != file.size()) {
            return otherNetwork(subject_.file, "it has " + std::to_string(file.size()) +
                                                   " outputs, the network " + std::to_string(engine.size()));
        }
        for (size_t i = 0; i < engine.size(); ++i) {
            if (!sameButUnitAxes(engine[i].sizes(), file[i].sizes())) {
                return otherNetwork(subject_.file, "its output " + graph().outputNames.at(i) + " is " +
                                                       c10::str(file[i].sizes()) + ", the network's " +
                                                       c10::str(engine[i].sizes()));
            }
            file[i] = file[i].reshape(engine[i].sizes());
        }
        return file;
    }

  private:
    const VerifySubject& subject_;
    FileSession& session_;
};

/// Counts of a classifier's samples.
struct Classes {
    int64_t samples = 0, same = 0, labelled = 0, engineRight = 0, fileRight = 0;

    void add(const at::Tensor& engine, const at::Tensor& file, const at::Tensor& labels) {
        const at::Tensor a = bestOf(engine, 1), b = bestOf(file, 1);
        samples += a.numel();
        same += a.eq(b).logical_and_(a.ge(0)).sum().item<int64_t>();
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

/// A file that gives what is not a number fails, even where the engine gives the same.
void failNotNumbers(const std::vector<OutputComparison>& outputs, protocol::VerifyResult& result) {
    for (const OutputComparison& output : outputs) {
        if (output.fileNotNumbers() > 0) {
            result.passed = false;
            result.verdict = "output " + output.name() + ": " + std::to_string(output.fileNotNumbers()) +
                             " values of the file are not a number";
            return;
        }
    }
}

Status compareOutputs(const VerifySubject& subject, const VerifyOptions& options, const Pair& pair,
                      std::vector<OutputComparison>& outputs, protocol::VerifyResult& result, Job& job) {
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
            QS_ASSIGN(file, pair.alike(std::move(file), engine));
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

bool sameOutputs(const Tensors& a, const Tensors& b) {
    return std::ranges::equal(a, b, [](const at::Tensor& x, const at::Tensor& y) { return x.equal(y); });
}

Status compareLayers(const VerifySubject& subject, const VerifyOptions& options, const Pair& pair,
                     LayerTable& table, protocol::VerifyResult& result, Job& job) {
    if (const Status known = table.checkNames(subject.file); !known) {
        return otherNetwork(subject.file, known.error().message);
    }
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
            QS_ASSIGN(const Tensors outputs, pair.runFile(inputs));
            QS_ASSIGN(const FileSession::Layers file,
                      pair.session().runLayers(pair.forFile(inputs), subject.file.layers));
            disturbed = disturbed || !sameOutputs(outputs, file.outputs);
            if (const Status added = table.add(inputs, file.values); !added) {
                return otherNetwork(subject.file, added.error().message);
            }
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

bool outputsPass(const protocol::VerifyResult& result) {
    return result.passed && std::ranges::all_of(result.outputs, [&](const auto& output) {
               return output.sqnr_db.value_or(result.sqnr_tolerance_db) >= result.sqnr_tolerance_db;
           });
}

/// What layers get wrong together, on the first samples.
Status addDepartures(const VerifySubject& subject, const VerifyOptions& options, const Pair& pair,
                     protocol::VerifyResult& result, Job& job) {
    const int64_t most = subject.fixedBatch > 0 ? subject.fixedBatch : kLayerBatch;
    const int64_t samples = std::min({options.layerSamples, subject.data.size(), most});
    QS_ASSIGN(const Batch batch, subject.data.read(0, samples));
    if (batch.size() == 0) {
        return {};
    }
    job.begin("Looking where the file departs", 0);
    const Tensors inputs = pair.padded(batch.inputs);
    QS_ASSIGN(result.departures, findDepartures({.engine = subject.engine,
                                                 .session = pair.session(),
                                                 .layers = subject.file.layers,
                                                 .inputs = inputs,
                                                 .forFile = pair.forFile(inputs)},
                                                job));
    return {};
}

/// The recipe's INT8 weights that the file lacks, whether it shows its layers or not.
Status countWeights(const Pair& pair, protocol::VerifyResult& result) {
    const auto wanted = std::ranges::count_if(pair.graph().nodes,
                                              [](const QNode& node) { return node.weightInt.has_value(); });
    QS_ASSIGN(const int64_t held, pair.session().integerWeights());
    result.missing_weights = std::max<int64_t>(wanted - held, 0);
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
        // An unmeasured run before brings each side's own data into the caches, and wakes its threads.
        QS_TRY(pair.runEngine(inputs));
        QS_ASSIGN(const double ours, timed([&] { return pair.runEngine(inputs); }));
        QS_TRY(pair.session().time(forFile));
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
    result.independent = opened.independent;
    result.runtime_version = opened.session->version();
    result.target = subject.file.target;
    result.notes = std::move(opened.notes);
    if (const std::string note = opened.session->note(); !note.empty()) {
        result.notes.push_back(note);
    }
    std::vector<OutputComparison> outputs;
    LayerTable table(subject.engine);
    QS_TRY(guard("verifying " + subject.file.path.string(), [&]() -> Status {
        if (options.layerSamples > 0) {
            QS_TRY(compareLayers(subject, options, pair, table, result, job));
            result.measured.error_samples = std::min(options.layerSamples, subject.data.size());
        } else {
            result.notes.push_back("layers are not compared");
        }
        QS_TRY(countWeights(pair, result));
        QS_TRY(compareOutputs(subject, options, pair, outputs, result, job));
        return compareLatency(subject, pair, result, job);
    }));
    judge(result);
    if (!result.layers.empty() && !outputsPass(result)) {
        QS_TRY(guard("verifying " + subject.file.path.string(),
                     [&] { return addDepartures(subject, options, pair, result, job); }));
    }
    failNotNumbers(outputs, result);
    return result;
}

}  // namespace qs
