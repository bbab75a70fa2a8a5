#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/translatable.h"
#include "graph/quantized_graph.h"
#include "protocol/messages/variant.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"

namespace qs {

/// A step of the variant with what was measured on it.
struct LintLayer {
    const QNode& node;
    const NodeTime& time;
    const protocol::LayerResult& result;
    bool isInteger = false;
};

/// What rules look at: a variant whose layers, boundaries and summary are written already.
struct LintInput {
    const QuantizedGraph& graph;
    const Profile& profile;
    const protocol::VariantResult& result;
    CpuInfo cpu;
    std::vector<LintLayer> layers;  ///< steps that are layers, in order
    double totalMs = 0;             ///< of one inference
};

LintInput makeLintInput(const QuantizedGraph& graph, const Profile& profile,
                        const protocol::VariantResult& result);

enum class LintConcern { Accuracy, Speed };

/// A reason why a layer or a network is not faster or loses accuracy, and how to find it. Texts are templates
/// (%1 ...) marked with QT_TRANSLATE_NOOP("Linter", ...) for the window.
struct LintRule {
    std::string description;
    std::function<std::vector<protocol::Finding>(const LintInput&)> check;
    /// Rules about accuracy have no profile to look at.
    LintConcern concern = LintConcern::Speed;
};

/// engine/analysis/linter, a rule a file; the name is Finding::rule.
const Registry<LintRule>& lintRules();

/// What all rules of a concern find, the greatest saving first and those without one last.
std::vector<protocol::Finding> lint(const LintInput& input, LintConcern concern);
/// Puts what they find in the places of what they found before; accuracy stands first.
void replaceFindings(const LintInput& input, LintConcern concern, std::vector<protocol::Finding>& findings);

/// `message` or `remedy` with the finding's arguments in the places of %1, %2, ...
std::string fillIn(const std::string& text, const std::vector<std::string>& arguments);

// For the rules.

/// "0.123": milliseconds as findings name them; percentages have no decimals.
std::string lintMs(double ms);
std::string lintPercent(double percent);
/// Whether `node` computes a convolution with a group a channel.
bool isDepthwise(const QNode& node);

}  // namespace qs
