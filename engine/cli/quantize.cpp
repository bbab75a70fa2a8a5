#include <memory>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/profile_text.h"
#include "cli/recipe_file.h"
#include "cli/report.h"
#include "protocol/json.h"

namespace qs::cli {

namespace {

struct Options {
    ModelOptions model;
    DataOptions data;
    RecipeOptions recipe;
    OutputOptions output;
    std::string savedRecipe;
};

Result<Writes> writes(const Options& options) {
    QS_ASSIGN(Writes writes, options.output.writes({options.model.path,
                                                    options.data.spec(),
                                                    options.model.inputs,
                                                    {},
                                                    options.recipe.calibration(options.data)}));
    options.recipe.addInputs(writes.inputs);
    if (!options.savedRecipe.empty()) {
        writes.claims.push_back({options.savedRecipe, false, options.output.replace});
    }
    return writes;
}

Result<Report> quantize(const Options& options, Session& session) {
    const auto data = options.data.spec();
    QS_ASSIGN(const protocol::ModelInfo model,
              session.workbench.openModel({options.model.path, data, options.model.inputs}, session.job));
    QS_ASSIGN(protocol::Recipe recipe, options.recipe.make(model));
    QS_ASSIGN(const protocol::VariantResult variant,
              session.workbench.measure({model.path, data, options.model.inputs, std::move(recipe),
                                         options.recipe.calibration(options.data)},
                                        session.job));
    QS_ASSIGN(const protocol::ExportResult written,
              session.workbench.exportModel(
                  options.output.make({model.path, data, options.model.inputs, variant.recipe,
                                       options.recipe.calibration(options.data)}),
                  session.outputs, session.job));
    if (!options.savedRecipe.empty()) {
        QS_TRY(session.outputs.write(options.savedRecipe, recipeText(variant.recipe)));
    }
    return Report{exportedJson(variant, written), classesText(variant, options.recipe.perClass) +
                                                      judgedText(variant) + exportedText(written)};
}

}  // namespace

void addQuantize(CLI::App& app, Action& chosen) {
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("quantize", "Calibrate, convert to INT8, measure, and write the result");
    options->model.add(*command);
    options->data.add(*command, true);
    options->recipe.add(*command);
    options->output.add(*command);
    command
        ->add_option("--save-recipe", options->savedRecipe,
                     "Where to write the recipe with its calibration, for --recipe")
        ->type_name("FILE");
    command->callback([&chosen, options] {
        chosen = {[options](Session& session) { return quantize(*options, session); },
                  [options] { return writes(*options); }};
    });
}

}  // namespace qs::cli
