#include <memory>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/recipe_file.h"
#include "cli/report.h"
#include "protocol/json.h"

namespace qs::cli {

namespace {

struct Options {
    ModelOptions model;
    DataOptions data;
    OutputOptions output;
    std::string recipe;
};

/// As asked, else as the file is quantized already, else every layer in FP32.
Result<protocol::Recipe> recipeFor(const Options& options, const protocol::ModelInfo& model) {
    if (!options.recipe.empty()) {
        return readRecipe(options.recipe);
    }
    protocol::Recipe real;
    real.rules = {{"global", "", "fp32"}};
    return model.recipe.value_or(std::move(real));
}

Result<Writes> writes(const Options& options) {
    QS_ASSIGN(Writes writes,
              options.output.writes({options.model.path, options.data.spec(), options.model.inputs, {}, {}}));
    if (!options.recipe.empty()) {
        writes.inputs.push_back({options.recipe, "the recipe"});
    }
    return writes;
}

Result<Report> writeModel(const Options& options, Session& session) {
    const auto data = options.data.spec();
    QS_ASSIGN(const protocol::ModelInfo model,
              session.workbench.openModel({options.model.path, data, options.model.inputs}, session.job));
    QS_ASSIGN(protocol::Recipe recipe, recipeFor(options, model));
    QS_ASSIGN(const protocol::ExportResult written,
              session.workbench.exportModel(
                  options.output.make({model.path, data, options.model.inputs, std::move(recipe), {}}),
                  session.outputs, session.job));
    return Report{written, exportedText(written)};
}

}  // namespace

void addExport(CLI::App& app, Action& chosen) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "export", "Write a model for another runtime: as a recipe says, as the file is, or in FP32");
    options->model.add(*command);
    options->data.add(*command, false);
    command
        ->add_option("--recipe", options->recipe,
                     "JSON file with the recipe (default: none; a model that is quantized already stays so)")
        ->type_name("FILE");
    options->output.add(*command);
    command->callback([&chosen, options] {
        chosen = {[options](Session& session) { return writeModel(*options, session); },
                  [options] { return writes(*options); }};
    });
}

}  // namespace qs::cli
