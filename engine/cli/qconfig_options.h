#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "core/result.h"
#include "protocol/messages.h"

namespace qs::cli {

/// --qconfig, --observer, --bf16 and --fp32: which layers get which qconfig.
class QConfigOptions {
  public:
    void add(CLI::App& command);
    /// Whether a qconfig for the whole model was given.
    bool ruleModel(const protocol::ModelInfo& model) const;
    /// `rules` with what was given added: options without LAYERS differ from the last global rule, those with
    /// LAYERS from that one. Usage error naming the option for what is no qconfig, and for patterns that
    /// match no layer of `model` (the engine itself checks exact names).
    Result<std::vector<protocol::Rule>> make(std::vector<protocol::Rule> rules,
                                             const protocol::ModelInfo& model) const;

  private:
    std::vector<std::string> qconfigs_;
    std::vector<std::string> observers_;
    std::vector<std::string> floatLayers_;
    std::vector<std::string> bfloat16Layers_;
};

}  // namespace qs::cli
