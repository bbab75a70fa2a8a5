#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/table.h"
#include "core/printable.h"
#include "protocol/json.h"

namespace qs::cli {

namespace {

struct Options {
    ModelOptions model;
    DataOptions data;
    RecipeOptions recipe;
    std::string ranked;
};

/// "0.52 (0.31 to 0.73)"; "-" where it was not taken.
std::string effectText(const std::optional<protocol::Effect>& effect) {
    return effect ? fmt::format("{:.3g} ({:.3g} to {:.3g})", effect->value, effect->low, effect->high) : "-";
}

std::string sensitivityText(const protocol::SensitivityResult& result) {
    using Align = Table::Align;
    const std::string points = result.metric.empty() ? "points" : "points of " + result.metric;
    Table table({{"rank"},
                 {"layer", Align::Left},
                 {"restored: error (%)"},
                 {"KL (nats)"},
                 {"loss (nats)"},
                 {points},
                 {"alone: error (%)"},
                 {"KL (nats)"},
                 {points}});
    for (const protocol::LayerSensitivity& layer : result.layers) {
        const auto& [noise, kl, loss, metric] = layer.restored;
        table.add({std::to_string(layer.rank), layer.layer, effectText(noise), effectText(kl),
                   effectText(loss), effectText(metric), effectText(layer.alone.noise_percent),
                   effectText(layer.alone.kl), effectText(layer.alone.metric)});
    }
    std::string text = table.text();
    text += fmt::format(
        "\nrestored: what restoring this layer to FP32 wins; alone: what quantizing it alone costs (95 % "
        "intervals in parentheses)\nranked by {}; layers that the samples cannot tell apart share a rank\n",
        result.ranked);
    text += fmt::format("all layers together cost {} % of the outputs' power, {} nats of KL, {} {}\n",
                        effectText(result.variant.noise_percent), effectText(result.variant.kl),
                        effectText(result.variant.metric), points);
    text += fmt::format("on {} samples of {}\n", result.measured.samples, printable(result.measured.data));
    for (const std::string& note : result.notes) {
        text += noteText(note);
    }
    return text + skippedText(result.skipped);
}

Result<Report> sensitivity(const Options& options, Session& session) {
    const auto data = options.data.spec();
    QS_ASSIGN(const protocol::ModelInfo model,
              session.workbench.openModel({options.model.path, data, options.model.inputs}, session.job));
    QS_ASSIGN(protocol::Recipe recipe, options.recipe.make(model));
    const protocol::VariantSpec variant{model.path, data, options.model.inputs, std::move(recipe),
                                        options.recipe.calibration(options.data)};
    QS_ASSIGN(const protocol::SensitivityResult result,
              session.workbench.sensitivity({variant, options.ranked}, session.job));
    return Report{result, sensitivityText(result)};
}

}  // namespace

void addSensitivity(CLI::App& app, Action& chosen) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "sensitivity", "Rank layers by what restoring each to FP32 wins, and what quantizing it alone costs");
    options->model.add(*command);
    options->data.add(*command, true);
    options->recipe.add(*command, "--samples,--eval-samples");
    command->add_option("--by", options->ranked, "What ranks: noise, kl, loss or metric");
    command->callback([&chosen, options] {
        chosen.run = [options](Session& session) { return sensitivity(*options, session); };
    });
}

}  // namespace qs::cli
