#include <algorithm>

#include "analysis/metrics/metric.h"
#include "core/match.h"

namespace qs {

namespace {

using Entry = std::pair<std::string, const MetricDef*>;

std::vector<Entry> byRank() {
    std::vector<Entry> all;
    for (const auto& [name, def] : metrics().entries()) {
        all.emplace_back(name, &def);
    }
    std::ranges::stable_sort(all, {}, [](const Entry& entry) { return entry.second->rank; });
    return all;
}

std::string shapeText(const Shape& shape) {
    std::vector<std::string> extents;
    for (const int64_t extent : shape) {
        extents.push_back(std::to_string(extent));
    }
    return join(extents, " x ");
}

std::string labelText(const Shape& label) {
    return label.empty() ? "N" : "N x " + shapeText(label);
}

MetricSubject subjectOf(const MetricRequest& request, size_t output, const std::string& argument) {
    const auto& info = request.outputs[output];
    return {info.name, info.shape, request.batch, request.label, request.classes, argument};
}

std::string refusalOf(const MetricDef& def, const MetricSubject& subject) {
    if (def.needsLabels && !subject.label) {
        return "the data has no labels";
    }
    if (!subject.argument.empty() && def.argumentHelp.empty()) {
        return "it takes no argument ('" + subject.argument + "')";
    }
    return def.refusal ? def.refusal(subject) : std::string();
}

/// Appends the metric for the outputs that it fits; the reason why not for the first that it does not.
std::string choose(const MetricRequest& request, const Entry& entry, const std::string& argument,
                   std::vector<ChosenMetric>& chosen) {
    const auto& [name, def] = entry;
    std::string reason;
    bool any = false;
    for (size_t i = 0; i < request.outputs.size() && (def->everyOutput || !any); ++i) {
        MetricSubject subject = subjectOf(request, i, argument);
        const std::string refusal = refusalOf(*def, subject);
        if (refusal.empty()) {
            any = true;
            chosen.push_back({name, def, i, std::move(subject)});
        } else if (reason.empty()) {
            reason = refusal;
        }
    }
    return any ? "" : reason.empty() ? "the model has no output" : reason;
}

Status chooseByHand(const MetricRequest& request, std::vector<ChosenMetric>& chosen) {
    const size_t colon = request.metric.find(':');
    const std::string name = request.metric.substr(0, colon);
    const std::string argument = colon == std::string::npos ? "" : request.metric.substr(colon + 1);
    const MetricDef* def = metrics().find(name);
    if (!def) {
        return usageError("unknown metric '" + name + "': expected one of " + join(metrics().names()));
    }
    if (def->comparesWithFp32 && !request.withReference) {
        return usageError("metric " + name + " compares a quantized model with FP32: there is only one here");
    }
    if (const std::string reason = choose(request, {name, def}, argument, chosen); !reason.empty()) {
        return usageError("metric " + name + " does not fit: " + reason);
    }
    return {};
}

Error nothingFits(const MetricRequest& request) {
    std::vector<std::string> outputs;
    for (const auto& output : request.outputs) {
        outputs.push_back(output.name + " (" + shapeText(output.shape) + ")");
    }
    return failure("labels of shape " + labelText(*request.label) + " fit no metric for the output " +
                   join(outputs) +
                   ": labels are N classes for N x C scores, N x H x W masks for N x C x H x W, " +
                   "or N x L sequences for N x T x C; metric sqnr_db measures without labels");
}

}  // namespace

std::vector<protocol::MetricInfo> describeMetrics() {
    std::vector<protocol::MetricInfo> infos;
    for (const auto& [name, def] : byRank()) {
        const std::string help = def->argumentHelp.empty() ? "" : " (" + def->argumentHelp + ")";
        infos.push_back({name, def->description + help, def->unit, def->needsLabels, def->comparesWithFp32,
                         def->automatic});
    }
    return infos;
}

Result<std::vector<ChosenMetric>> chooseMetrics(const MetricRequest& request) {
    std::vector<ChosenMetric> chosen;
    if (!request.metric.empty()) {
        QS_TRY(chooseByHand(request, chosen));
    }
    const std::string byHand = chosen.empty() ? "" : chosen[0].name;
    for (const Entry& entry : byRank()) {
        const MetricDef& def = *entry.second;
        if (def.automatic && entry.first != byHand && (request.withReference || !def.comparesWithFp32)) {
            choose(request, entry, "", chosen);
        }
    }
    const bool judged =
        std::ranges::any_of(chosen, [](const auto& metric) { return metric.def->needsLabels; });
    if (request.label && !judged && byHand.empty()) {
        return nothingFits(request);
    }
    return chosen;
}

}  // namespace qs
