#include "quant/qconfig.h"

#include <charconv>
#include <sstream>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "core/match.h"
#include "quant/observer.h"
#include "quant/qconfig_names.h"

namespace qs {

namespace {

constexpr int kFewBits = 2;  ///< so few that the extremes say nothing about the best scale

/// One TensorQConfig on its way from a preset's to the one that was asked for. `what`: "weight".
class Override {
  public:
    Override(std::string what, const TensorOverride& wanted, TensorQConfig& config)
        : what_(std::move(what)), wanted_(wanted), config_(config) {}

    Status apply() {
        QS_TRY(takeDType());
        if (wanted_.scheme) {
            config_.scheme = *wanted_.scheme;
        }
        config_.quantMin = wanted_.quantMin.value_or(config_.quantMin);
        config_.quantMax = wanted_.quantMax.value_or(config_.quantMax);
        config_.zeroPoint = wanted_.zeroPoint ? wanted_.zeroPoint : config_.zeroPoint;
        QS_TRY(checkGrid());
        return takeGranularity();
    }

    Status takeObserver() {
        if (wanted_.observer) {
            config_.parameters.clear();
            QS_TRY(takeObserverText(*wanted_.observer));
        }
        for (const auto& [name, value] : wanted_.parameters) {
            config_.parameters[name] = value;
        }
        const auto found = findObserver(config_);
        return found ? Status() : refuse("observer", found.error().message);
    }

  private:
    const DTypeInfo& type() const { return infoOf(config_.dtype); }
    std::string typeName() const { return std::string(type().name); }

    Status refuse(const std::string& key, const std::string& why) const {
        return usageError(what_ + "." + key + ": " + why);
    }

    /// "percentile:99.9": the name, and values of its parameters in order.
    Status takeObserverText(const std::string& text) {
        const size_t colon = text.find(':');
        config_.observer = text.substr(0, colon);
        const ObserverDef* def = observers().find(config_.observer);
        std::istringstream values(colon == std::string::npos ? "" : text.substr(colon + 1));
        size_t index = 0;
        for (std::string value; std::getline(values, value, ':'); ++index) {
            if (def && index == def->parameters.size()) {
                return refuse("observer", config_.observer + " has " + std::to_string(index) +
                                              (index == 1 ? " parameter" : " parameters") + ", and '" + text +
                                              "' gives more");
            }
            double number = 0;
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
            if (error != std::errc() || end != value.data() + value.size()) {
                return refuse("observer", "'" + value + "' is no number");
            }
            if (def) {
                config_.parameters[def->parameters[index].name] = number;
            }
        }
        return {};
    }

    Status takeDType() {
        if (!wanted_.dtype || *wanted_.dtype == config_.dtype) {
            return {};
        }
        const bool isNarrow = type().isSigned && config_.quantMin == -config_.quantMax;
        config_.dtype = *wanted_.dtype;
        if (!type().isInteger && type().bits > 8) {
            return refuse("dtype", typeName() +
                                       " is a mode of the whole layer: write mode=fp16, mode=bf16 or "
                                       "preset fp32");
        }
        const bool hasSpare = type().isSigned && type().least < -type().greatest;
        config_.quantMin = type().least + (isNarrow && hasSpare ? 1 : 0);
        config_.quantMax = type().greatest;
        if (!hasZeroPoint()) {
            config_.scheme = Scheme::Symmetric;
        }
        return {};
    }

    /// Whether the type can have one that is not 0.
    bool hasZeroPoint() const {
        return type().isInteger && config_.dtype != DType::Ternary && config_.dtype != DType::Binary;
    }

    Status checkGrid() const {
        if (!hasZeroPoint() && (config_.scheme == Scheme::Affine || config_.zeroPoint.value_or(0) != 0)) {
            return refuse("scheme", typeName() + " has no zero point: only symmetric is possible");
        }
        if (!hasZeroPoint() && (wanted_.quantMin || wanted_.quantMax)) {
            return refuse(wanted_.quantMin ? "quant_min" : "quant_max",
                          typeName() + " has no narrower range of integers");
        }
        if (type().isInteger && (config_.quantMin >= config_.quantMax || config_.quantMin < type().least ||
                                 config_.quantMax > type().greatest)) {
            return refuse(wanted_.quantMax ? "quant_max" : "quant_min",
                          "the integers " + std::to_string(config_.quantMin) + " to " +
                              std::to_string(config_.quantMax) + " are no range of " + typeName() + ", " +
                              std::to_string(type().least) + " to " + std::to_string(type().greatest));
        }
        if (config_.zeroPoint &&
            (*config_.zeroPoint < config_.quantMin || *config_.zeroPoint > config_.quantMax)) {
            return refuse("zero_point", std::to_string(*config_.zeroPoint) + " is not among the integers " +
                                            std::to_string(config_.quantMin) + " to " +
                                            std::to_string(config_.quantMax));
        }
        return {};
    }

    Status takeGranularity() {
        const auto granularity =
            wanted_.granularity.value_or(wanted_.group ? Granularity::PerGroup : config_.granularity);
        if (what_ == "activation" && granularity != Granularity::PerTensor) {
            return refuse("granularity",
                          "activations have one scale a tensor: no kernel and no target takes more");
        }
        if (granularity == Granularity::PerGroup ? wanted_.group.value_or(config_.group) < 1
                                                 : wanted_.group.has_value()) {
            return refuse("group", "a group needs the granularity group and at least one element");
        }
        config_.granularity = granularity;
        config_.group = granularity == Granularity::PerGroup ? wanted_.group.value_or(config_.group) : 0;
        if (config_.group > 0 && !hasIntegers()) {
            return refuse("group", typeName() + " has one scale a tensor or channel");
        }
        return {};
    }

    bool hasIntegers() const { return type().isInteger; }

    std::string what_;
    const TensorOverride& wanted_;
    TensorQConfig& config_;
};

void describe(std::string& text, const char* key, const std::optional<std::string>& value) {
    if (value) {
        text += std::string(",") + key + "=" + *value;
    }
}

template <typename T>
std::optional<std::string> numberText(const std::optional<T>& value) {
    return value ? std::optional(std::to_string(*value)) : std::nullopt;
}

std::string shortNumber(double value) {
    std::string text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

std::string describe(const std::string& what, const TensorOverride& wanted) {
    std::string text;
    const auto add = [&](const char* key, const std::optional<std::string>& value) {
        describe(text, (what + "." + key).c_str(), value);
    };
    add("dtype", wanted.dtype ? std::optional(std::string(toString(*wanted.dtype))) : std::nullopt);
    add("scheme", wanted.scheme ? std::optional(std::string(toString(*wanted.scheme))) : std::nullopt);
    if (wanted.granularity && *wanted.granularity != Granularity::PerGroup) {
        add("granularity", std::string(toString(*wanted.granularity)));
    }
    add("group", numberText(wanted.group));
    add("observer", wanted.observer);
    for (const auto& [name, value] : wanted.parameters) {
        add(("observer." + name).c_str(), shortNumber(value));
    }
    add("zero_point", numberText(wanted.zeroPoint));
    add("quant_min", numberText(wanted.quantMin));
    add("quant_max", numberText(wanted.quantMax));
    return text;
}

std::string nameOf(const QConfigSpec& spec) {
    std::string name = spec.preset;
    if (spec.mode) {
        name += ",mode=" + std::string(toString(*spec.mode));
    }
    return name + describe("activation", spec.activation) + describe("weight", spec.weight);
}

/// Both kinds of patterns are equally strong.
int strengthOf(const Rule& rule) {
    return static_cast<int>(rule.match == RuleMatch::Regex ? RuleMatch::Pattern : rule.match);
}

}  // namespace

std::string ruleText(size_t index, const std::string& key) {
    return "rule " + std::to_string(index + 1) + (key.empty() ? "" : " (" + key + ")") + ": ";
}

Result<QConfig> makeQConfig(const QConfigSpec& spec) {
    QS_ASSIGN(QConfig qconfig, findPreset(spec.preset));
    const bool wasFloat = qconfig.isFloat();
    qconfig.mode = spec.mode.value_or(qconfig.mode);
    qconfig.name = nameOf(spec);
    if (spec.activation == TensorOverride() && spec.weight == TensorOverride() && !spec.mode) {
        return qconfig;
    }
    if (wasFloat &&
        (!qconfig.isFloat() || spec.activation != TensorOverride() || spec.weight != TensorOverride())) {
        return usageError("preset " + spec.preset +
                          " has no grids to differ from: start from one that quantizes, such as onednn");
    }
    if (wasFloat) {
        return qconfig;
    }
    const bool searches =
        spec.weight.dtype && infoOf(*spec.weight.dtype).bits <= kFewBits && !spec.weight.observer;
    for (auto [wanted, what, config, training] :
         {std::tuple(&spec.activation, "activation", &qconfig.activation, false),
          std::tuple(&spec.weight, "weight", &qconfig.weight, false),
          std::tuple(&spec.activation, "activation", &qconfig.qatActivation, true),
          std::tuple(&spec.weight, "weight", &qconfig.qatWeight, true)}) {
        Override override(what, *wanted, *config);
        QS_TRY(override.apply());
        if (training) {
            continue;
        }
        if (config == &qconfig.weight && searches) {
            config->observer = "mse";
        }
        QS_TRY(override.takeObserver());
    }
    return qconfig;
}

Result<RuleSet> RuleSet::make(std::vector<Rule> rules) {
    RuleSet set;
    for (size_t i = 0; i < rules.size(); ++i) {
        const Rule& rule = rules[i];
        if (rule.match != RuleMatch::Global && rule.key.empty()) {
            return usageError("a rule for preset '" + rule.qconfig.preset +
                              "' names no layer, pattern or op");
        }
        std::optional<Regex> expression;
        if (rule.match == RuleMatch::Regex) {
            auto compiled = Regex::make(rule.key);
            if (!compiled) {
                return usageError(ruleText(i, rule.key) + compiled.error().message);
            }
            expression = std::move(compiled).value();
        }
        set.expressions_.push_back(std::move(expression));
        auto qconfig = makeQConfig(rule.qconfig);
        if (!qconfig) {
            return Error{qconfig.error().kind, ruleText(i, rule.key) + qconfig.error().message};
        }
        set.qconfigs_.push_back(std::move(qconfig).value());
    }
    set.rules_ = std::move(rules);
    return set;
}

bool RuleSet::matches(size_t rule, std::string_view layer, std::string_view op) const {
    const std::string& key = rules_[rule].key;
    switch (rules_[rule].match) {
        case RuleMatch::Global:
            return true;
        case RuleMatch::OpType:
            return key == op;
        case RuleMatch::Pattern:
            return globMatch(key, layer);
        case RuleMatch::Regex:
            return expressions_[rule]->matches(layer);
        case RuleMatch::Layer:
            return key == layer;
    }
    return false;
}

ResolvedQConfig RuleSet::resolve(std::string_view layer, std::string_view op, RuleMatch strongest) const {
    int winner = -1;
    for (size_t i = 0; i < rules_.size(); ++i) {
        if (rules_[i].match > strongest) {
            continue;
        }
        const bool atLeastAsStrong =
            winner < 0 || strengthOf(rules_[i]) >= strengthOf(rules_[static_cast<size_t>(winner)]);
        if (atLeastAsStrong && matches(i, layer, op)) {
            winner = static_cast<int>(i);
        }
    }
    if (winner < 0) {
        return {*presets().find(kFloatPreset), -1};
    }
    return {qconfigs_[static_cast<size_t>(winner)], winner};
}

Status RuleSet::checkLayers(const std::vector<std::string>& layerNames) const {
    const std::unordered_set<std::string_view> known(layerNames.begin(), layerNames.end());
    for (const Rule& rule : rules_) {
        if (rule.match != RuleMatch::Layer || known.contains(rule.key)) {
            continue;
        }
        const auto nearest = nearestNames(rule.key, layerNames);
        return usageError("the model has no layer '" + rule.key + "'" +
                          (nearest.empty() ? "" : "; did you mean " + join(nearest, " or ") + "?"));
    }
    return {};
}

}  // namespace qs
