#include <memory>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/profile_text.h"
#include "cli/report.h"
#include "protocol/json.h"

namespace qs::cli {

namespace {

struct Options {
    ModelOptions model;
    DataOptions data;
    RecipeOptions recipe;
};

Result<Report> analyze(const Options& options, Session& session) {
    const auto data = options.data.spec();
    QS_ASSIGN(const protocol::ModelInfo model,
              session.workbench.openModel({options.model.path, data, options.model.inputs}, session.job));
    QS_ASSIGN(protocol::Recipe recipe, options.recipe.make(model));
    QS_ASSIGN(const protocol::VariantResult variant,
              session.workbench.measure({model.path, data, options.model.inputs, std::move(recipe),
                                         options.recipe.calibration(options.data)},
                                        session.job));
    return Report{variant, layersText(variant) + '\n' + classesText(variant, options.recipe.perClass) +
                               judgedText(variant)};
}

}  // namespace

void addAnalyze(CLI::App& app, Action& chosen) {
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("analyze", "Show where accuracy and time are lost, layer by layer");
    options->model.add(*command);
    options->data.add(*command, true);
    options->recipe.add(*command, "--samples,--eval-samples");
    command->callback([&chosen, options] {
        chosen.run = [options](Session& session) { return analyze(*options, session); };
    });
}

}  // namespace qs::cli
