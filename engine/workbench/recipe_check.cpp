#include "workbench/recipe_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>

#include "core/match.h"
#include "core/regex.h"
#include "graph/grid_check.h"
#include "ops/op.h"
#include "runtime/executor.h"
#include "workbench/messages.h"
#include "workbench/thread_count.h"

namespace qs {

namespace {

constexpr size_t kMostRules = 10'000;
constexpr int64_t kLargestBatch = 1 << 16;
constexpr int64_t kMostRuns = 1'000'000;
constexpr int64_t kMostEpochs = 100'000;

Status checkRange(const char* key, int64_t value, int64_t least, int64_t most) {
    if (value >= least && value <= most) {
        return {};
    }
    return usageError(std::string(key) + " is " + std::to_string(value) + ": it must be " +
                          std::to_string(least) + " to " + std::to_string(most),
                      {{"setting", key}});
}

Status checkCount(const char* key, int64_t value) {
    return value >= 0 ? Status()
                      : usageError(std::string(key) + " cannot be negative: 0 takes all", {{"setting", key}});
}

/// `isRight` is false for what is no number.
Status checkNumber(bool isRight, const char* key, const char* expected) {
    return isRight ? Status() : usageError(std::string(key) + " of the training must be " + expected);
}

Status checkQat(const protocol::QatSettings& qat) {
    QS_TRY(checkRange("epochs", qat.epochs, 1, kMostEpochs));
    QS_TRY(checkRange("batch of the training", qat.batch, 1, kLargestBatch));
    QS_TRY(checkCount("train_samples", qat.train_samples));
    QS_TRY(checkCount("validation_samples", qat.validation_samples));
    QS_TRY(checkNumber(std::isfinite(qat.learning_rate) && qat.learning_rate > 0, "learning_rate",
                       "a positive number"));
    QS_TRY(checkNumber(qat.momentum >= 0 && qat.momentum < 1, "momentum", "at least 0 and less than 1"));
    return checkNumber(std::isfinite(qat.weight_decay) && qat.weight_decay >= 0, "weight_decay",
                       "0 or a positive number");
}

Status checkCountOf(const std::vector<protocol::Rule>& rules) {
    if (rules.size() <= kMostRules) {
        return {};
    }
    return usageError("the recipe has " + std::to_string(rules.size()) + " rules: at most " +
                      std::to_string(kMostRules) + " are taken, so join some by patterns");
}

std::vector<std::string> nodeNames(const Graph& graph) {
    std::vector<std::string> names;
    for (const Node& node : graph.nodes()) {
        names.push_back(node.name);
    }
    return names;
}

std::vector<std::string> opNames(const Graph& graph) {
    std::vector<std::string> names = ops().names();
    for (const Node& node : graph.nodes()) {
        names.push_back(node.op);
    }
    return names;
}

}  // namespace

Status checkRecipe(const protocol::Recipe& recipe) {
    QS_TRY(checkRange("batch", recipe.batch, 1, kLargestBatch));
    QS_TRY(checkCount("calib_samples", recipe.calib_samples));
    QS_TRY(checkCount("eval_samples", recipe.eval_samples));
    QS_TRY(checkRange("threads", recipe.threads, 0, kMostThreads));
    QS_TRY(checkRange("latency_runs", recipe.latency_runs, 0, kMostRuns));
    QS_TRY(checkRange("latency_warmup", recipe.latency_warmup, 0, kMostRuns));
    if (!recipe.backend.empty() && !backends().find(recipe.backend)) {
        return usageError("unknown backend '" + recipe.backend + "': use " + join(backends().names()));
    }
    QS_TRY(checkCountOf(recipe.rules));
    QS_TRY(inOrder(ptqAlgorithms(), readAlgorithms(recipe.algorithms)));
    return recipe.qat ? checkQat(*recipe.qat) : Status();
}

namespace {

/// What is wrong with one rule, the `index`-th of its list, or nothing.
std::string problemOf(size_t index, const protocol::Rule& rule, const std::vector<std::string>& layers,
                      const std::set<std::string_view>& known, const std::vector<std::string>& ops) {
    const auto read = readRules({rule});
    if (!read) {
        const std::string& message = read.error().message;
        const std::string alone = ruleText(0, rule.key);
        return message.starts_with(alone) ? ruleText(index, rule.key) + message.substr(alone.size())
                                          : message;
    }
    // Asked of each of thousands of rules, the list of names is gone through for those alone that it lacks.
    if (rule.match == "layer" && !known.contains(rule.key)) {
        const Status status = read->checkLayers(layers);
        return status ? "" : status.error().message;
    }
    const auto matches = [&](const std::string& layer) { return globMatch(rule.key, layer); };
    if (rule.match == "pattern" && std::ranges::none_of(layers, matches)) {
        return "no layer matches the pattern '" + rule.key + "'" + suggestion(rule.key, layers);
    }
    if (rule.match == "regex") {
        const auto expression = Regex::make(rule.key);
        const auto isMatched = [&](const std::string& layer) { return expression->matches(layer); };
        if (std::ranges::none_of(layers, isMatched)) {
            return "no layer matches the expression '" + rule.key + "'" + suggestion(rule.key, layers);
        }
    }
    if (rule.match == "op" && std::ranges::count(ops, rule.key) == 0) {
        return "there is no op '" + rule.key + "'" + suggestion(rule.key, ops);
    }
    return {};
}

}  // namespace

Result<std::vector<protocol::RuleProblem>> ruleProblems(const std::vector<protocol::Rule>& rules,
                                                        const Graph& graph) {
    QS_TRY(checkCountOf(rules));
    const std::vector<std::string> layers = nodeNames(graph), ops = opNames(graph);
    const std::set<std::string_view> known(layers.begin(), layers.end());
    std::vector<protocol::RuleProblem> problems;
    for (size_t i = 0; i < rules.size(); ++i) {
        if (std::string problem = problemOf(i, rules[i], layers, known, ops); !problem.empty()) {
            problems.push_back({static_cast<int>(i), rules[i].key, std::move(problem)});
        }
    }
    return problems;
}

Status checkRules(const std::vector<protocol::Rule>& rules, const Graph& graph) {
    QS_ASSIGN(const auto problems, ruleProblems(rules, graph));
    if (problems.empty()) {
        return {};
    }
    const protocol::RuleProblem& first = problems.front();
    return usageError(first.message, {{"rule", int64_t{first.rule}}, {"key", first.key}});
}

Status checkCalibration(const std::vector<protocol::TensorQParams>& entries, const Graph& graph) {
    std::vector<std::string> values;
    for (const Value& value : graph.values()) {
        values.push_back(value.name);
    }
    const std::set<std::string> known(values.begin(), values.end());
    std::set<std::pair<std::string, std::string>> seen;
    for (const protocol::TensorQParams& entry : entries) {
        if (!known.contains(entry.value)) {
            return failure("the calibration has an entry for '" + entry.value +
                               "', which the model does not have: calibrate again" +
                               suggestion(entry.value, values),
                           {{"tensor", entry.value}});
        }
        if (!seen.insert({entry.value, entry.grid}).second) {
            return failure("the calibration has two entries for " + entry.value + ": calibrate again",
                           {{"tensor", entry.value}});
        }
    }
    const auto read = readCalibration(entries);
    return read ? Status() : Status(read.error());
}

namespace {

/// What is wrong with a layer's entry, or nothing.
std::string changeProblem(const protocol::LayerChange& change, const Graph& graph) {
    const Node* node = graph.findNode(change.layer);
    if (!node) {
        return "which the model does not have" + suggestion(change.layer, nodeNames(graph));
    }
    if (quantKindOf(node->op) != QuantKind::Weighted) {
        return "which has no weights";
    }
    const auto channels = static_cast<size_t>(
        outputChannels(node->op, node->attrs, graph.constant(node->inputs.at(1)).sizes()));
    if (change.bias.size() != channels) {
        return "of " + std::to_string(change.bias.size()) + " biases, but the layer has " +
               std::to_string(channels) + " output channels";
    }
    const auto isReal = [](double bias) {
        return std::isfinite(bias) && std::abs(bias) <= std::numeric_limits<float>::max();
    };
    return std::ranges::all_of(change.bias, isReal) ? "" : "with a bias that is no finite number";
}

}  // namespace

Status checkAlgorithms(const std::vector<protocol::Algorithm>& algorithms, const Graph& graph) {
    for (const protocol::Algorithm& algorithm : algorithms) {
        const auto refuse = [&](const std::string& layer, const std::string& problem) {
            return failure("algorithm '" + algorithm.name + "' of the recipe has an entry for " + layer +
                               ", " + problem + ": remove its layers, so that it runs again",
                           {{"algorithm", algorithm.name}, {"layer", layer}});
        };
        std::set<std::string> seen;
        for (const protocol::LayerChange& change :
             algorithm.layers.value_or(std::vector<protocol::LayerChange>())) {
            if (const std::string problem = changeProblem(change, graph); !problem.empty()) {
                return refuse(change.layer, problem);
            }
            if (!seen.insert(change.layer).second) {
                return refuse(change.layer, "and another one for it");
            }
        }
    }
    return {};
}

}  // namespace qs
