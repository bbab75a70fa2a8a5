#pragma once

#include <QStringList>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace qs::app {

/// As rules have names of layers.
std::vector<std::string> plainNames(const QStringList& layers);

/// The qconfig rules of a document in their order. Which of them rules a layer the engine says (RulePreview).
class Rules {
  public:
    /// One for the whole model.
    Rules() : Rules({{"global", "", "onednn"}}) {}
    explicit Rules(std::vector<protocol::Rule> rules) : rules_(std::move(rules)) {}

    const std::vector<protocol::Rule>& all() const { return rules_; }

    /// What layers get that no other rule concerns; fp32 where there is no such rule.
    protocol::QConfig global() const;
    void setGlobal(const protocol::QConfig& qconfig);

    /// Of the rule that names exactly this layer (the last where there are several), or null.
    const protocol::QConfig* ofLayer(const std::string& layer) const;
    /// Changes such rules or adds them behind all others, in the order of names: equal exceptions make equal
    /// lists.
    void setLayers(const std::vector<std::string>& layers, const protocol::QConfig& qconfig);
    void eraseLayers(const std::vector<std::string>& layers);
    void eraseAllLayers();

    /// Puts a rule behind those that are no stronger; where it came to stand.
    int add(const protocol::Rule& rule);

    size_t countOf(const std::string& match) const;
    /// Rules that set a single layer to FP32.
    size_t floatLayers() const;

    bool operator==(const Rules&) const = default;

  private:
    std::vector<protocol::Rule> rules_;
};

}  // namespace qs::app
