#include <algorithm>
#include <ranges>

#include "core/match.h"
#include "quant/algorithms/algorithm.h"

namespace qs {

namespace {

Error wrongAlgorithm(const std::string& name, const std::string& problem) {
    return usageError("algorithm '" + name + "' " + problem, {{"algorithm", name}});
}

bool isAmong(std::span<const AlgorithmStep> steps, const std::string& name) {
    return std::ranges::count(steps, name, &AlgorithmStep::name) > 0;
}

/// `others`: all that are asked for; `earlier`: those of them that run before it.
Status checkCompany(const AlgorithmStep& step, const PtqAlgorithm& def, std::span<const AlgorithmStep> others,
                    std::span<const AlgorithmStep> earlier) {
    if (isAmong(earlier, step.name)) {
        return wrongAlgorithm(step.name, "is asked for twice: once is enough");
    }
    for (const std::string& other : def.conflicts) {
        if (isAmong(others, other)) {
            return wrongAlgorithm(step.name, "does not go together with " + other + ": leave out one");
        }
    }
    for (const std::string& other : def.needs) {
        if (!isAmong(earlier, other)) {
            return wrongAlgorithm(step.name, "needs " + other + " to run before it: put it in front");
        }
    }
    return {};
}

}  // namespace

Result<std::vector<AlgorithmStep>> inOrder(const Registry<PtqAlgorithm>& known,
                                           std::vector<AlgorithmStep> steps) {
    for (AlgorithmStep& step : steps) {
        const PtqAlgorithm* def = known.find(step.name);
        if (!def) {
            return usageError(
                "there is no algorithm '" + step.name + "'" + suggestion(step.name, known.names()),
                {{"algorithm", step.name}});
        }
        QS_ASSIGN(step.parameters,
                  completeParameters("algorithm '" + step.name + "'", def->parameters, step.parameters));
    }
    std::ranges::stable_sort(steps, {},
                             [&](const AlgorithmStep& step) { return known.find(step.name)->stage; });
    for (size_t i = 0; i < steps.size(); ++i) {
        QS_TRY(checkCompany(steps[i], *known.find(steps[i].name), steps, std::span(steps).first(i)));
    }
    return steps;
}

}  // namespace qs
