#include <memory>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/recipe_file.h"
#include "cli/verified_against.h"
#include "cli/verify_text.h"
#include "core/match.h"
#include "protocol/json.h"
#include "verify/file_runtime.h"

namespace qs::cli {

namespace {

struct Options {
    protocol::VerifyParams params;
    std::string against;
    std::string variant;
    std::string recipe;
    DataOptions data;
};

Result<Report> verify(const Options& options, Session& session) {
    QS_ASSIGN(VerifiedAgainst against, readAgainst(options.against, options.variant));
    protocol::VerifyParams params = options.params;
    params.model = against.model;
    params.recipe = against.recipe;
    params.data = options.data.source.empty() ? against.data : options.data.spec();
    if (params.inputs.empty()) {
        params.inputs = against.inputs;
    }
    if (!options.recipe.empty()) {
        QS_ASSIGN(params.recipe, readRecipe(options.recipe));
    }
    QS_ASSIGN(const protocol::VerifyResult result, session.workbench.verify(params, session.job));
    return Report{result, verifyText(result), result.passed};
}

}  // namespace

void addVerify(CLI::App& app, Action& chosen) {
    const auto options = std::make_shared<Options>();
    protocol::VerifyParams& params = options->params;
    CLI::App* command = app.add_subcommand(
        "verify", "Open an exported file in the runtime that it is for, and hold it against the engine");
    command->add_option("FILE", params.file, "What was exported")->required();
    command
        ->add_option("--against", options->against, "The FP32 model or the project that it was exported from")
        ->required()
        ->type_name("PROJECT|MODEL");
    command->add_option("--variant", options->variant, "Of the project (default: the current or only one)")
        ->type_name("NAME");
    command
        ->add_option("--recipe", options->recipe,
                     "JSON file with the recipe (default: the one in the project, "
                     "else the one that FILE carries)")
        ->type_name("FILE");
    options->data.add(*command, false);
    addInputs(*command, params.inputs);
    command
        ->add_option("--runtime", params.runtime,
                     "What opens the file (default: the best that is here): " + join(fileRuntimes().names()))
        ->type_name("NAME");
    command->add_option("--samples", params.samples, "Samples to compare on; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command
        ->add_option("--layer-samples", params.layer_samples,
                     "Samples to compare layers on; 0: layers are not compared")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->callback([&chosen, options] {
        chosen.run = [options](Session& session) { return verify(*options, session); };
    });
}

}  // namespace qs::cli
