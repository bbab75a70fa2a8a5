#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "quant/observe.h"
#include "quant/observer.h"
#include "quant/ptq/concatenations.h"

namespace qs {

namespace {

/// A value to find qparams for, and what became of it.
struct Question {
    GridId id;
    const TensorQConfig* config = nullptr;
    Result<QParams> answer = QParams();
};

/// The range that results of an op never leave, halved as often as twice of what was seen fits, if that is
/// two times or more: attention over hundreds of places has no step of 0..1 to stand on. Steps stay powers of
/// two of the whole range's: ONNX Runtime's QLinearSoftmax takes 1 / s as a whole number.
FixedRange heldRange(const FixedRange& whole, const TensorStatistics& seen) {
    const double most = seen.range.empty() ? 0 : std::max(-double{seen.range.min}, double{seen.range.max});
    const double top = std::max(-whole.low, whole.high);
    const double halvings = most > 0 ? std::floor(std::log2(top / (2 * most))) : 0;
    const double part = halvings < 2 ? 1 : std::exp2(-halvings);
    return {whole.low * part, whole.high * part};
}

Result<QParams> answer(const NetworkStatistics& statistics, const PreparedModel& model,
                       const Question& question) {
    const auto found = statistics.values.find(model.graph.value(question.id.value).name);
    const TensorStatistics seen = found == statistics.values.end() ? TensorStatistics() : found->second;
    const auto fixed = question.id.grid.empty() ? model.fixed.find(question.id.value) : model.fixed.end();
    if (fixed != model.fixed.end()) {
        return fixedOutputQParams(heldRange(fixed->second, seen), *question.config);
    }
    return qparamsOf(seen, *question.config);
}

/// An average's grid of its own has at least two bits more of what was seen than its input's.
bool isFinerEnough(const QParams& own, const QParams& input) {
    constexpr double kFinerEnough = 4;
    return own.scale.at(0) * kFinerEnough <= input.scale.at(0);
}

/// In the order of the layers: an average of averages is compared with what it reads.
Status chooseAverages(const NetworkStatistics& statistics, const PreparedModel& model,
                      Calibration& activations) {
    for (const FusionGroup& group : model.groups) {
        const ValueId output = group.outputs.at(0);
        const auto average = model.averages.find(output);
        if (average == model.averages.end()) {
            continue;
        }
        const QParams* input = findGrid(model, activations, {group.inputs.at(0)});
        const auto seen = statistics.values.find(model.graph.value(output).name);
        if (!input || seen == statistics.values.end()) {
            continue;
        }
        QS_ASSIGN(QParams own, qparamsOf(seen->second, average->second.activation));
        if (isFinerEnough(own, *input)) {
            activations[model.keyOf({output})] = std::move(own);
        }
    }
    return {};
}

}  // namespace

Calibration fileCalibration(const Graph& graph) {
    Calibration calibration;
    for (const Value& value : graph.values()) {
        if (value.qparams && !value.constant) {
            calibration[value.name] = *value.qparams;
        }
    }
    return calibration;
}

Result<Encodings> chooseRanges(const NetworkStatistics& statistics, const PreparedModel& model) {
    std::vector<Question> questions;
    for (const auto& [id, qconfig] : model.observed) {
        questions.push_back({id, &qconfig.activation});
    }
    at::parallel_for(0, static_cast<int64_t>(questions.size()), 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            Question& question = questions[static_cast<size_t>(i)];
            question.answer = answer(statistics, model, question);
        }
    });
    Encodings encodings;
    for (Question& question : questions) {
        const std::string& name = model.graph.value(question.id.value).name;
        if (!question.answer) {
            const Error& error = question.answer.error();
            return Error{error.kind, "calibration of " + name + ": " + error.message};
        }
        encodings.activations[model.keyOf(question.id)] = std::move(*question.answer);
    }
    shareWithConcatenations(model, encodings.activations);
    QS_TRY(chooseAverages(statistics, model, encodings.activations));
    QS_TRY(chooseWeightGrids(model, encodings));
    return encodings;
}

Result<Encodings> calibrate(const PreparedModel& model, const Dataset& data, int64_t samples, int64_t batch,
                            Job& job) {
    NetworkStatistics statistics;
    if (!model.observed.empty()) {
        QS_ASSIGN(statistics, observe(model, data, samples, batch, job));
    }
    return chooseRanges(statistics, model);
}

}  // namespace qs
