#include "app/session/rules.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace qs::app {

using protocol::QConfig;
using protocol::Rule;

namespace {

const std::string kGlobal = "global";
const std::string kLayer = "layer";
const QConfig kFloat{"fp32"};

bool namesLayer(const Rule& rule) {
    return rule.match == kLayer;
}

/// Of kinds of rules, as protocol::Rule::match has them; patterns and expressions are equals.
int strengthOf(const Rule& rule) {
    return rule.match == kGlobal ? 0 : rule.match == "op" ? 1 : namesLayer(rule) ? 3 : 2;
}

}  // namespace

std::vector<std::string> plainNames(const QStringList& layers) {
    std::vector<std::string> all;
    all.reserve(static_cast<size_t>(layers.size()));
    for (const QString& layer : layers) {
        all.push_back(layer.toStdString());
    }
    return all;
}

QConfig Rules::global() const {
    const auto found =
        std::find_if(rules_.rbegin(), rules_.rend(), [](const Rule& rule) { return rule.match == kGlobal; });
    return found == rules_.rend() ? kFloat : found->qconfig;
}

void Rules::setGlobal(const QConfig& qconfig) {
    const auto found =
        std::find_if(rules_.rbegin(), rules_.rend(), [](const Rule& rule) { return rule.match == kGlobal; });
    if (found == rules_.rend()) {
        rules_.insert(rules_.begin(), {kGlobal, "", qconfig});
    } else {
        found->qconfig = qconfig;
    }
}

const QConfig* Rules::ofLayer(const std::string& layer) const {
    const auto found = std::find_if(rules_.rbegin(), rules_.rend(),
                                    [&](const Rule& rule) { return namesLayer(rule) && rule.key == layer; });
    return found == rules_.rend() ? nullptr : &found->qconfig;
}

void Rules::setLayers(const std::vector<std::string>& layers, const QConfig& qconfig) {
    std::set<std::string> missing(layers.begin(), layers.end());
    // From the end: of several rules for one layer the last is the one that counts.
    for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
        if (namesLayer(*rule) && missing.erase(rule->key) > 0) {
            rule->qconfig = qconfig;
        }
    }
    for (const std::string& layer : missing) {
        rules_.push_back({kLayer, layer, qconfig});
    }
    const auto last = std::find_if_not(rules_.rbegin(), rules_.rend(), namesLayer);
    std::stable_sort(last.base(), rules_.end(), [](const Rule& a, const Rule& b) { return a.key < b.key; });
}

void Rules::eraseLayers(const std::vector<std::string>& layers) {
    const std::set<std::string> named(layers.begin(), layers.end());
    std::erase_if(rules_, [&](const Rule& rule) { return namesLayer(rule) && named.contains(rule.key); });
}

void Rules::eraseAllLayers() {
    std::erase_if(rules_, namesLayer);
}

int Rules::add(const Rule& rule) {
    const auto weaker = std::find_if(rules_.rbegin(), rules_.rend(), [&](const Rule& other) {
        return strengthOf(other) <= strengthOf(rule);
    });
    const auto at = weaker.base() - rules_.begin();
    rules_.insert(rules_.begin() + at, rule);
    return static_cast<int>(at);
}

size_t Rules::countOf(const std::string& match) const {
    return static_cast<size_t>(
        std::count_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.match == match; }));
}

size_t Rules::floatLayers() const {
    return static_cast<size_t>(std::count_if(rules_.begin(), rules_.end(), [](const Rule& rule) {
        return namesLayer(rule) && rule.qconfig == kFloat;
    }));
}

}  // namespace qs::app
