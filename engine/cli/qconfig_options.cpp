#include "cli/qconfig_options.h"

#include <algorithm>

#include "core/match.h"
#include "core/regex.h"

namespace qs::cli {

namespace {

/// "LAYERS:REST" taken apart; without LAYERS the match is "global". LAYERS is a layer's name, a pattern with
/// * and ?, /REGEX/, or @OP.
struct Selection {
    std::string match = "global";
    std::string key;
    std::string rest;
};

Selection selectionOf(const std::string& layers) {
    if (layers.starts_with('@')) {
        return {"op", layers.substr(1), {}};
    }
    if (layers.size() > 1 && layers.starts_with('/') && layers.ends_with('/')) {
        return {"regex", layers.substr(1, layers.size() - 2), {}};
    }
    const bool isGlob = layers.find_first_of("*?") != std::string::npos;
    return {isGlob ? "pattern" : "layer", layers, {}};
}

/// The layer whose whole name stands at the beginning of `text`, with `behind` or nothing behind it; of
/// several the longest. An exact name wins over what its characters would mean otherwise.
std::string_view nameAtBegin(std::string_view text, const protocol::ModelInfo& model, char behind) {
    std::string_view found;
    for (const auto& layer : model.layers) {
        const std::string& name = layer.name;
        const bool isThere =
            text.starts_with(name) && (text.size() == name.size() || text[name.size()] == behind);
        if (isThere && name.size() > found.size()) {
            found = name;
        }
    }
    return found;
}

/// One selection of the list `text`: names, patterns, regular expressions and @OPs with commas between.
std::vector<Selection> selections(std::string_view text, const protocol::ModelInfo& model) {
    std::vector<Selection> all;
    while (!text.empty()) {
        std::string_view one = nameAtBegin(text, model, ',');
        const bool isName = !one.empty();
        if (!isName) {
            one = text.substr(0, text.find(','));
        }
        if (!one.empty()) {
            all.push_back(isName ? Selection{"layer", std::string(one), {}} : selectionOf(std::string(one)));
        }
        text.remove_prefix(std::min(one.size() + 1, text.size()));
    }
    return all;
}

/// The colon that ends LAYERS: the first one, of a regular expression the one after its end.
size_t endOfLayers(const std::string& text) {
    if (text.starts_with('/')) {
        const size_t end = text.find("/:", 1);
        return end == std::string::npos ? end : end + 1;
    }
    return text.find(':');
}

/// Values, which stand behind an equals sign, may have colons.
Selection split(const std::string& text, const protocol::ModelInfo& model) {
    if (const auto name = nameAtBegin(text, model, ':'); !name.empty() && name.size() < text.size()) {
        return {"layer", std::string(name), text.substr(name.size() + 1)};
    }
    const size_t colon = endOfLayers(text);
    if (colon == std::string::npos || (!text.starts_with('/') && colon > text.find('='))) {
        return {"global", {}, text};
    }
    Selection selection = selectionOf(text.substr(0, colon));
    selection.rest = text.substr(colon + 1);
    return selection;
}

/// "[LAYERS=]NAME[:VALUE]".
Selection splitObserver(const std::string& text, const protocol::ModelInfo& model) {
    if (const auto name = nameAtBegin(text, model, '='); !name.empty() && name.size() < text.size()) {
        return {"layer", std::string(name), text.substr(name.size() + 1)};
    }
    const size_t equals = text.rfind('=');
    if (equals == std::string::npos) {
        return {"global", {}, text};
    }
    Selection selection = selectionOf(text.substr(0, equals));
    selection.rest = text.substr(equals + 1);
    return selection;
}

Status checkMatches(const Selection& selection, const protocol::ModelInfo& model) {
    std::optional<Regex> regex;
    if (selection.match == "regex") {
        QS_ASSIGN(regex, Regex::make(selection.key));
    } else if (selection.match != "pattern") {
        return {};
    }
    std::vector<std::string> names;
    for (const auto& layer : model.layers) {
        if (regex ? regex->matches(layer.name) : globMatch(selection.key, layer.name)) {
            return {};
        }
        names.push_back(layer.name);
    }
    return usageError("no layer matches '" + selection.key + "': nearest are " +
                      join(nearestNames(selection.key, names)));
}

/// The qconfig of the last rule for the whole model.
protocol::QConfig& globalOf(std::vector<protocol::Rule>& rules) {
    const auto found = std::find_if(rules.rbegin(), rules.rend(),
                                    [](const protocol::Rule& rule) { return rule.match == "global"; });
    return found != rules.rend() ? found->qconfig
                                 : rules.insert(rules.begin(), {"global", "", {"fp32"}})->qconfig;
}

}  // namespace

void QConfigOptions::add(CLI::App& command) {
    command
        .add_option(
            "--qconfig", qconfigs_,
            "[LAYERS:][PRESET,]KEY=VALUE,...: what differs from the preset, for the whole model or for "
            "LAYERS (a name, a pattern with * and ?, /REGEX/, or @OP): "
            "'layer4.*:weight.dtype=int4,weight.group=32'; again for other layers")
        ->allow_extra_args(false)
        ->type_name("QCONFIG");
    command
        .add_option(
            "--observer", observers_,
            "[LAYERS=]NAME[:VALUE]: how ranges of activations are chosen: percentile:99.99; again for "
            "other layers")
        ->allow_extra_args(false)
        ->type_name("OBSERVER");
    command.add_option("--bf16", bfloat16Layers_, "Layers to run in BF16, likewise")->type_name("LAYER");
    command
        .add_option(
            "--fp32", floatLayers_,
            "Layers to keep in FP32: names, or patterns with * and ?, with spaces or commas between; a "
            "layer's whole name is taken as it is, whatever is in it; may be given again")
        ->type_name("LAYER");
}

bool QConfigOptions::ruleModel(const protocol::ModelInfo& model) const {
    const auto isGlobal = [](const Selection& selection) { return selection.match == "global"; };
    return std::ranges::any_of(qconfigs_, isGlobal,
                               [&](const std::string& text) { return split(text, model); }) ||
           std::ranges::any_of(observers_, isGlobal,
                               [&](const std::string& text) { return splitObserver(text, model); });
}

Result<std::vector<protocol::Rule>> QConfigOptions::make(std::vector<protocol::Rule> rules,
                                                         const protocol::ModelInfo& model) const {
    std::vector<protocol::Rule> added;
    const auto give = [&](const Selection& selection, protocol::QConfig qconfig) -> Status {
        QS_TRY(checkMatches(selection, model));
        added.push_back({selection.match, selection.key, std::move(qconfig)});
        return {};
    };
    for (const bool whole : {true, false}) {
        for (const std::string& text : observers_) {
            const Selection selection = splitObserver(text, model);
            if ((selection.match == "global") != whole) {
                continue;
            }
            protocol::QConfig qconfig = globalOf(rules);
            qconfig.activation.observer = selection.rest;
            if (whole) {
                globalOf(rules) = qconfig;
            } else {
                QS_TRY(give(selection, std::move(qconfig)));
            }
        }
        for (const std::string& text : qconfigs_) {
            const Selection selection = split(text, model);
            if ((selection.match == "global") != whole) {
                continue;
            }
            auto [qconfig, problem] = protocol::parseQConfig(selection.rest, globalOf(rules));
            if (!problem.empty()) {
                return usageError("--qconfig '" + text + "': " + problem);
            }
            if (whole) {
                globalOf(rules) = qconfig;
            } else {
                QS_TRY(give(selection, std::move(qconfig)));
            }
        }
    }
    for (const auto& [layers, preset] : {std::pair(&bfloat16Layers_, "bf16"), {&floatLayers_, "fp32"}}) {
        for (const std::string& text : *layers) {
            for (const Selection& selection : selections(text, model)) {
                QS_TRY(give(selection, {preset}));
            }
        }
    }
    rules.insert(rules.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
    return rules;
}

}  // namespace qs::cli
