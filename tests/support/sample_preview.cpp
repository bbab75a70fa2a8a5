#include "support/sample_preview.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace qs::samples {

using protocol::LayerInfo;
using protocol::Rule;

namespace {

const std::vector<std::string> kStrength = {"global", "op", "pattern", "layer"};

size_t strengthOf(const Rule& rule) {
    const std::string match = rule.match == "regex" ? "pattern" : rule.match;
    return size_t(std::find(kStrength.begin(), kStrength.end(), match) - kStrength.begin());
}

bool globFits(const char* glob, const char* text) {
    if (*glob == '*') {
        return globFits(glob + 1, text) || (*text && globFits(glob, text + 1));
    }
    return *text ? (*glob == '?' || *glob == *text) && globFits(glob + 1, text + 1) : !*glob;
}

bool concerns(const Rule& rule, const LayerInfo& layer) {
    return rule.match == "global" || (rule.match == "op" && rule.key == layer.op) ||
           (rule.match == "pattern" && globFits(rule.key.c_str(), layer.name.c_str())) ||
           (rule.match == "regex" && std::regex_match(layer.name, std::regex(rule.key))) ||
           (rule.match == "layer" && rule.key == layer.name);
}

std::string textOf(const std::vector<Rule>& rules, int rule) {
    return rule < 0 ? "fp32" : protocol::textOf(rules[size_t(rule)].qconfig);
}

}  // namespace

int winningRule(const std::vector<Rule>& rules, const LayerInfo& layer) {
    int winner = -1;
    for (size_t i = 0; i < rules.size(); ++i) {
        if (concerns(rules[i], layer) &&
            (winner < 0 || strengthOf(rules[i]) >= strengthOf(rules[size_t(winner)]))) {
            winner = int(i);
        }
    }
    return winner;
}

std::string precisionOf(const std::vector<Rule>& rules, const LayerInfo& layer) {
    const int rule = winningRule(rules, layer);
    if (rule < 0 || rules[size_t(rule)].qconfig.preset == "fp32" || !layer.quantizable) {
        return "fp32";
    }
    return rules[size_t(rule)].qconfig.weight.dtype == "int4" ? "w4a8" : "int8";
}

protocol::QConfigPreview preview(const protocol::ModelInfo& model, const std::vector<Rule>& rules) {
    protocol::QConfigPreview preview;
    std::set<std::string> names;
    for (const LayerInfo& layer : model.layers) {
        names.insert(layer.name);
    }
    // Of 2,000 rules for one layer each only that one is looked at.
    std::vector<Rule> general;
    std::vector<int> indices;  ///< of `general` in `rules`
    std::map<std::string, int> own;
    for (size_t i = 0; i < rules.size(); ++i) {
        const auto fits = [&](const LayerInfo& layer) { return concerns(rules[i], layer); };
        const bool isOwn = rules[i].match == "layer";
        if (isOwn ? !names.contains(rules[i].key)
                  : std::none_of(model.layers.begin(), model.layers.end(), fits)) {
            preview.problems.push_back({int(i), rules[i].key, "nothing fits '" + rules[i].key + "'"});
        } else if (rules[i].qconfig.weight.dtype == "int3") {
            preview.problems.push_back(
                {int(i), rules[i].key, "weight.dtype: there is no type 'int3': use int4"});
        } else if (isOwn) {
            own[rules[i].key] = int(i);
        } else {
            general.push_back(rules[i]);
            indices.push_back(int(i));
        }
    }
    for (const LayerInfo& layer : model.layers) {
        const int among = winningRule(general, layer);
        const int inherited = among < 0 ? -1 : indices[size_t(among)];
        const auto named = own.find(layer.name);
        const int rule = named == own.end() ? inherited : named->second;
        const std::vector<Rule> winner =
            rule < 0 ? std::vector<Rule>() : std::vector<Rule>{{"global", "", rules[size_t(rule)].qconfig}};
        preview.layers.push_back({layer.name, rule, textOf(rules, rule), precisionOf(winner, layer), "",
                                  textOf(rules, inherited), inherited});
    }
    return preview;
}

}  // namespace qs::samples
