#include "workbench/measure.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "analysis/contributions.h"
#include "analysis/layer_error.h"
#include "analysis/linter/linter.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "workbench/latency.h"
#include "workbench/layers.h"
#include "workbench/messages.h"
#include "workbench/thread_count.h"
#include "workbench/variant.h"

namespace qs {

namespace {

constexpr int64_t kErrorBatch = 16;  ///< bounds the memory for one batch of every layer's FP32 output

/// Samples whose errors are carried to the outputs: shares of power settle on few, and each layer takes about
/// half a float inference of them.
int64_t contributionSamples(const std::vector<protocol::LayerResult>& layers) {
    constexpr double kMacs = 4e11;  // some seconds on one core
    double macs = 0;
    double quantized = 0;
    for (const protocol::LayerResult& layer : layers) {
        macs += static_cast<double>(layer.macs);
        quantized += layer.precision == "fp32" ? 0 : 1;
    }
    return static_cast<int64_t>(std::clamp(kMacs / std::max(1.0, macs * quantized / 2), 4.0, 16.0));
}

}  // namespace

Result<std::vector<ChosenMetric>> metricsFor(const OpenedModel& opened, const Dataset& data,
                                             const std::string& metric, bool withReference) {
    const Graph& graph = opened.graph;
    MetricRequest request;
    request.outputs = opened.info.outputs;
    request.batch = graph.value(graph.inputs().at(0)).shape.at(0);
    if (data.labelled()) {
        request.label = data.labelShape();
    }
    request.classes = data.classes().empty() ? opened.info.classes : data.classes();
    request.metric = metric;
    request.withReference = withReference;
    return chooseMetrics(request);
}

void writeMetrics(const EvaluatedModel& evaluated, protocol::ModelResult& result) {
    result.metrics = evaluated.metrics;
    result.classes = evaluated.classes;
    for (const auto& value : evaluated.metrics) {
        if (value.metric == "top1") {
            result.top1 = value.value;
        }
    }
}

void noteNotFinite(const std::string& model, const EvaluatedModel& evaluated, int64_t samples,
                   std::vector<std::string>& notes) {
    if (evaluated.notFinite > 0) {
        notes.push_back(model + " gives outputs that are not finite (NaN or infinity) for " +
                        std::to_string(evaluated.notFinite) + " of " + std::to_string(samples) +
                        " samples: what is not a number counts as wrong");
    }
}

namespace {

/// What is special about the values of layers that `count` counts: "... in 3 layers, first in NAME...".
void noteLayers(const std::vector<protocol::LayerResult>& layers,
                const std::map<std::string, ErrorMetrics>& errors, int64_t (ErrorMetrics::*count)() const,
                const std::string& before, const std::string& after, std::vector<std::string>& notes) {
    const protocol::LayerResult* first = nullptr;
    int64_t concerned = 0;
    for (const auto& layer : layers) {
        const auto found = errors.find(layer.name);
        if (found != errors.end() && (found->second.*count)() > 0) {
            first = first ? first : &layer;
            ++concerned;
        }
    }
    if (first) {
        notes.push_back(before + std::to_string(concerned) + (concerned == 1 ? " layer" : " layers") +
                        ", first in " + first->name + after);
    }
}

/// What layers with values that are not finite mean for the figures, the FP32 network's own first; and masks.
void noteLayers(const std::vector<protocol::LayerResult>& layers,
                const std::map<std::string, ErrorMetrics>& errors, std::vector<std::string>& notes) {
    const std::string notFinite = " gives values that are not finite (NaN or infinity) in ";
    const std::string noFigures = ": such layers have no SQNR, cosine and MSE";
    noteLayers(layers, errors, &ErrorMetrics::referenceNotFinite, "the FP32 network itself" + notFinite,
               noFigures, notes);
    noteLayers(layers, errors, &ErrorMetrics::actualNotFinite, "the quantized network" + notFinite, noFigures,
               notes);
    noteLayers(layers, errors, &ErrorMetrics::masked,
               "masked places (minus infinity, or below -10000) are exact in ",
               ": SQNR, cosine and MSE leave them out", notes);
}

/// Adds what is not there yet: a part that is measured again says the same again.
void add(const std::vector<std::string>& texts, std::vector<std::string>& all) {
    for (const std::string& text : texts) {
        if (!text.empty() && std::ranges::count(all, text) == 0) {
            all.push_back(text);
        }
    }
}

/// The parts of one variant on their way into one result.
class Measuring {
  public:
    Measuring(Caches& caches, const protocol::VariantSpec& variant, const VariantOnData& subject,
              protocol::VariantResult& result, Job& job)
        : caches_(caches), variant_(variant), subject_(subject), result_(result), job_(job) {}

    /// Whether there is anything to measure.
    bool has(VariantPart part) const {
        switch (part) {
            case VariantPart::Errors:
            case VariantPart::Contributions:
                break;
            case VariantPart::Accuracy:
                return subject_.data.real;
            case VariantPart::Latency:
                return variant_.recipe.latency_runs > 0;
        }
        return true;
    }

    Status measure(VariantPart part) {
        switch (part) {
            case VariantPart::Errors:
                return measureErrors();
            case VariantPart::Accuracy:
                QS_TRY(measureAccuracy());
                return findLosses();
            case VariantPart::Contributions:
                QS_TRY(measureContributions());
                return findLosses();
            case VariantPart::Latency:
                break;
        }
        QS_TRY(measureLatency());
        return findLosses();  // with what restoring costs
    }

  private:
    const BuiltVariant& built() const { return *subject_.built; }
    const OpenedModel& opened() const { return *built().opened; }

    /// The FP32 model as opened.
    Result<Executor*> fp32() {
        if (!fp32_) {
            QS_ASSIGN(QuantizedGraph graph, opened().reference());
            QS_ASSIGN(fp32_, makeOneDnnExecutor(std::move(graph)));
        }
        return fp32_.get();
    }

    Result<Executor*> quantized() {
        if (!quantized_) {
            QS_ASSIGN(quantized_, makeExecutor(variant_.recipe.backend, built().converted));
        }
        return quantized_.get();
    }

    /// What the variant quantizes, in float.
    Result<Executor*> reference() {
        if (variant_.recipe.trained_weights.empty()) {
            return fp32();
        }
        if (!reference_) {
            QS_ASSIGN(QuantizedGraph graph, convertFloat(built().reference));
            QS_ASSIGN(reference_, makeOneDnnExecutor(std::move(graph)));
        }
        return reference_.get();
    }

    /// What figures are the same for.
    std::string keyOfFigures(int64_t batch) const {
        return subject_.key + '\n' + subject_.data.key + '\n' + variant_.recipe.backend + ' ' +
               std::to_string(batch);
    }

    Result<std::shared_ptr<const MeasuredErrors>> errors() {
        const int64_t batch = batchOf(opened(), kErrorBatch);
        const std::string key = keyOfFigures(batch);
        if (auto known = caches_.errors.find(key)) {
            return known;
        }
        QS_ASSIGN(Executor * quantized, this->quantized());
        QS_ASSIGN(Executor * reference, this->reference());
        auto measured = std::make_shared<MeasuredErrors>();
        QS_ASSIGN(measured->layers,
                  layerErrors(*reference, *quantized, *subject_.data.errors, 0, batch, job_));
        measured->skipped = subject_.data.errors->skipped();
        caches_.errors.keep({key}, measured);
        return std::shared_ptr<const MeasuredErrors>(std::move(measured));
    }

    Status measureErrors() {
        QS_ASSIGN(const auto errors, this->errors());
        for (auto& layer : result_.layers) {
            if (const auto it = errors->layers.find(layer.name); it != errors->layers.end()) {
                layer.sqnr_db = it->second.sqnrDb();
                layer.cosine = it->second.cosine();
                layer.mse = it->second.mse();
            }
        }
        std::vector<std::string> notes;
        noteLayers(result_.layers, errors->layers, notes);
        add(notes, result_.notes);
        add(errors->skipped, result_.skipped);
        result_.measured.error_samples = subject_.data.errors->size();
        return {};
    }

    Result<std::shared_ptr<const MeasuredAccuracy>> accuracy() {
        const protocol::Recipe& recipe = variant_.recipe;
        EvaluationOptions options;
        QS_ASSIGN(options.metrics, metricsFor(opened(), *subject_.data.evaluation, recipe.metric, true));
        options.batch = batchOf(opened(), recipe.batch);
        options.fixedBatch = opened().graph.fixedBatch();
        const std::string key = keyOfFigures(options.batch) + '\n' + recipe.metric;
        if (auto known = caches_.accuracy.find(key)) {
            return known;
        }
        QS_ASSIGN(Executor * fp32, this->fp32());
        QS_ASSIGN(Executor * quantized, this->quantized());
        ReferenceOutputs& reference = caches_.baselines.of(opened().key + '\n' + subject_.data.key + '\n' +
                                                           std::to_string(options.batch));
        auto measured = std::make_shared<MeasuredAccuracy>();
        QS_ASSIGN(measured->evaluation, evaluateModels(*subject_.data.evaluation, *fp32, quantized, reference,
                                                       options, "Evaluating", job_));
        measured->skipped = subject_.data.evaluation->skipped();
        caches_.accuracy.keep({key}, measured);
        return std::shared_ptr<const MeasuredAccuracy>(std::move(measured));
    }

    Status measureAccuracy() {
        QS_ASSIGN(const auto accuracy, this->accuracy());
        const Evaluation& evaluation = accuracy->evaluation;
        result_.measured.samples = evaluation.samples;
        std::vector<std::string> notes;
        noteNotFinite("the FP32 model", evaluation.fp32, evaluation.samples, notes);
        noteNotFinite("the quantized model", evaluation.variant, evaluation.samples, notes);
        add(notes, result_.notes);
        add(accuracy->skipped, result_.skipped);
        writeMetrics(evaluation.fp32, result_.fp32);
        writeMetrics(evaluation.variant, result_.variant);
        result_.drop = evaluation.drop;
        if (result_.drop && result_.drop->unit == "%") {
            result_.accuracy_drop = result_.drop->value;
        }
        for (const auto& value : result_.variant.metrics) {
            if (value.metric == "agreement") {
                result_.agreement = value.value;
            }
        }
        return {};
    }

    Result<std::shared_ptr<const MeasuredContributions>> contributions() {
        const int64_t samples = contributionSamples(result_.layers);
        const int64_t batch = batchOf(opened(), samples);
        const std::string key = keyOfFigures(batch);
        if (auto known = caches_.contributions.find(key)) {
            return known;
        }
        QS_ASSIGN(Executor * reference, this->reference());
        QS_ASSIGN(Executor * quantized, this->quantized());
        Dataset& data = *subject_.data.errors;
        auto measured = std::make_shared<MeasuredContributions>();
        measured->samples = std::min(data.size(), std::max(samples, batch));
        QS_ASSIGN(measured->layers,
                  qs::contributions(*reference, *quantized, data, measured->samples, batch, job_));
        caches_.contributions.keep({key}, measured);
        return std::shared_ptr<const MeasuredContributions>(std::move(measured));
    }

    Status measureContributions() {
        QS_ASSIGN(const auto measured, contributions());
        std::string note;
        int64_t unknown = 0;
        for (auto& layer : result_.layers) {
            if (const auto found = measured->layers.find(layer.name); found != measured->layers.end()) {
                const Contribution& contribution = found->second;
                if (!contribution.obstacle.empty() && ++unknown == 1) {
                    note = layer.name + ": " + contribution.obstacle;
                }
                layer.local_sqnr_db = contribution.local.sqnrDb();
                layer.output_error_percent.reset();
                if (contribution.share) {
                    layer.output_error_percent = 100 * *contribution.share;
                }
            }
        }
        if (unknown > 0) {
            add({"what they make of the error at the outputs is not known of " + std::to_string(unknown) +
                 (unknown == 1 ? " layer, " : " layers, first ") + note},
                result_.notes);
        }
        result_.measured.contribution_samples = measured->samples;
        return {};
    }

    /// What the figures say of accuracy.
    Status findLosses() {
        QS_ASSIGN(Executor * quantized, this->quantized());
        replaceFindings(makeLintInput(quantized->graph(), {}, result_), LintConcern::Accuracy,
                        result_.findings);
        return {};
    }

    Status measureLatency() {
        QS_ASSIGN(Executor * fp32, this->fp32());
        QS_ASSIGN(Executor * quantized, this->quantized());
        QS_ASSIGN(const std::vector<at::Tensor> input, firstSample(*subject_.data.errors));
        return compareLatency({*fp32, *quantized, built().prepared, built().encodings}, input,
                              variant_.recipe, result_, job_);
    }

    Caches& caches_;
    const protocol::VariantSpec& variant_;
    const VariantOnData& subject_;
    protocol::VariantResult& result_;
    Job& job_;
    std::unique_ptr<Executor> fp32_, reference_, quantized_;
};

const char* nameOf(VariantPart part) {
    switch (part) {
        case VariantPart::Errors:
            return "errors";
        case VariantPart::Accuracy:
            return "accuracy";
        case VariantPart::Contributions:
            return "contributions";
        case VariantPart::Latency:
            break;
    }
    return "latency";
}

/// What the algorithms of the recipe changed.
void describeAlgorithms(const BuiltVariant& built, protocol::VariantResult& result) {
    for (const AlgorithmReport& report : built.reports) {
        protocol::AlgorithmResult& algorithm = result.algorithms.emplace_back();
        algorithm.name = report.name;
        for (const ChangedLayer& layer : report.layers) {
            algorithm.layers.push_back({layer.layer, layer.biasChange});
        }
        const auto most = std::ranges::max_element(report.layers, {}, &ChangedLayer::biasChange);
        if (most == report.layers.end()) {
            result.notes.push_back(report.name + " found no quantized layer to change");
            continue;
        }
        std::array<char, 32> change{};
        std::snprintf(change.data(), change.size(), "%.3g", most->biasChange);
        result.notes.push_back(report.name + " changed the biases of " +
                               std::to_string(report.layers.size()) +
                               (report.layers.size() == 1 ? " layer, " : " layers, most that of ") +
                               most->layer + " by " + change.data());
    }
    add(built.notes, result.notes);
}

/// The variant before anything is measured of it.
Result<protocol::VariantResult> describe(const protocol::VariantSpec& variant, const VariantOnData& subject) {
    const BuiltVariant& built = *subject.built;
    protocol::VariantResult result;
    result.recipe = variant.recipe;
    result.recipe.calibration = writeCalibration(built.encodings.activations);
    result.recipe.algorithms = writeAlgorithms(built.algorithms);
    describeAlgorithms(built, result);
    result.layers = listLayers(*built.opened, built.prepared);
    const auto& reference = built.opened->reference();
    if (!reference) {
        return reference.error();
    }
    result.fp32.model_bytes = reference->parameterBytes();
    result.variant.model_bytes = built.converted.parameterBytes();
    const auto& source = variant.data ? variant.data : variant.calib_data;
    result.measured.data = source ? source->source : "random input";
    result.measured.calib_data = subject.data.calibrationSource;
    result.measured.calib_samples = subject.data.calibration->size();
    result.measured.batch = batchOf(*built.opened, variant.recipe.batch);
    result.measured.cpu = cpuInfo().model;
    result.measured.isa = cpuInfo().isa;
    result.measured.threads = useThreads(variant.recipe.threads);
    result.measured.seed = variant.recipe.qat ? variant.recipe.qat->seed : variant.recipe.seed;
    result.skipped = built.observed ? built.observed->skipped : std::vector<std::string>();
    add(subject.data.notes, result.notes);
    add({cpuNotes(), threadNote(variant.recipe.threads)}, result.notes);
    return result;
}

}  // namespace

Result<protocol::VariantResult> measureVariant(Caches& caches, const protocol::VariantSpec& variant,
                                               std::initializer_list<VariantPart> parts,
                                               const PartialResults& partial, Job& job) {
    QS_ASSIGN(const VariantOnData subject, buildVariant(caches, variant, job));
    QS_ASSIGN(protocol::VariantResult result, describe(variant, subject));
    const std::string key = keyOf(variant);
    const bool all = parts.size() > 1;
    if (const auto known = all ? nullptr : caches.results.find(key)) {
        result = *known;
    }
    Measuring measuring(caches, variant, subject, result, job);
    for (const VariantPart part : parts) {
        if (!measuring.has(part)) {
            continue;
        }
        QS_TRY(measuring.measure(part));
        caches.results.keep({key}, std::make_shared<protocol::VariantResult>(result));
        if (partial) {
            partial(nameOf(part), result);
        }
    }
    return result;
}

}  // namespace qs
