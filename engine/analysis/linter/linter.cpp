#include "analysis/linter/linter.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "ops/op.h"

namespace qs {

LintInput makeLintInput(const QuantizedGraph& graph, const Profile& profile,
                        const protocol::VariantResult& result) {
    LintInput input{graph, profile, result, cpuInfo(), {}, profile.total.medianMs};
    std::map<std::string, const protocol::LayerResult*> byName;
    for (const protocol::LayerResult& layer : result.layers) {
        byName[layer.name] = &layer;
    }
    for (const NodeTime& time : profile.nodes) {
        const QNode& node = graph.nodes[time.node];
        const auto found = byName.find(node.layer);
        if (time.kind == NodeTime::Kind::Step && !node.isBoundary() && found != byName.end()) {
            input.layers.push_back({node, time, *found->second, graph.isInteger(node)});
        }
    }
    return input;
}

std::vector<protocol::Finding> lint(const LintInput& input, LintConcern concern) {
    std::vector<protocol::Finding> findings;
    for (const auto& [name, rule] : lintRules().entries()) {
        if (rule.concern != concern) {
            continue;
        }
        for (protocol::Finding& finding : rule.check(input)) {
            finding.rule = name;
            findings.push_back(std::move(finding));
        }
    }
    std::ranges::stable_sort(findings, std::greater<>(),
                             [](const protocol::Finding& finding) { return finding.saving_ms.value_or(-1); });
    return findings;
}

void replaceFindings(const LintInput& input, LintConcern concern, std::vector<protocol::Finding>& findings) {
    std::erase_if(findings, [&](const protocol::Finding& finding) {
        const LintRule* rule = lintRules().find(finding.rule);
        return rule && rule->concern == concern;
    });
    const std::vector<protocol::Finding> found = lint(input, concern);
    findings.insert(concern == LintConcern::Accuracy ? findings.begin() : findings.end(), found.begin(),
                    found.end());
}

std::string fillIn(const std::string& text, const std::vector<std::string>& arguments) {
    std::string filled;
    for (size_t i = 0; i < text.size(); ++i) {
        const size_t digit = i + 1 < text.size() ? static_cast<size_t>(text[i + 1] - '1') : arguments.size();
        if (text[i] == '%' && digit < arguments.size()) {
            filled += arguments[digit];
            ++i;
        } else {
            filled += text[i];
        }
    }
    return filled;
}

namespace {

std::string number(const char* format, double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

}  // namespace

std::string lintMs(double ms) {
    return number("%.3f", ms);
}
std::string lintPercent(double percent) {
    return number("%.0f", percent);
}

bool isDepthwise(const QNode& node) {
    const auto groups = node.attrs.get<int64_t>("groups", 1);
    const OpDef* def = ops().find(node.op);
    return def && def->weightOutputAxis == 0 && node.weight && groups > 1 && node.weight->size(1) == 1;
}

}  // namespace qs
