#include <memory>

#include "cli/command.h"
#include "cli/comparison_text.h"
#include "cli/options.h"
#include "cli/profile_text.h"
#include "cli/report.h"
#include "comparison/contestant.h"
#include "core/match.h"
#include "protocol/json.h"

namespace qs::cli {

namespace {

constexpr int64_t kCalibrationSamples = 32;  ///< enough for qparams; no accuracy is reported on them

struct Options {
    ModelOptions model;
    DataOptions data;
    RecipeOptions recipe;
    std::vector<std::string> against;
};

Result<Report> compare(const Options& options, protocol::Recipe recipe, Session& session) {
    QS_ASSIGN(const protocol::ComparisonResult comparison,
              session.workbench.compare({{options.model.path, options.data.spec(), options.model.inputs,
                                          std::move(recipe), options.recipe.calibration(options.data)},
                                         options.against},
                                        session.job));
    return Report{comparison, comparisonText(comparison)};
}

Result<Report> bench(const Options& options, Session& session) {
    const auto data = options.data.spec();
    QS_ASSIGN(const protocol::ModelInfo model,
              session.workbench.openModel({options.model.path, data, options.model.inputs}, session.job));
    QS_ASSIGN(protocol::Recipe recipe, options.recipe.make(model));
    if (!options.against.empty()) {
        return compare(options, std::move(recipe), session);
    }
    QS_ASSIGN(const protocol::VariantResult variant,
              session.workbench.measure({model.path, data, options.model.inputs, std::move(recipe),
                                         options.recipe.calibration(options.data)},
                                        session.job));
    return Report{variant, profileText(variant) + '\n' + judgedText(variant)};
}

}  // namespace

void addBench(CLI::App& app, Action& chosen) {
    const auto options = std::make_shared<Options>();
    options->recipe.recipe.calib_samples = kCalibrationSamples;
    CLI::App* command =
        app.add_subcommand("bench", "Time FP32 and INT8, layer by layer, on random input or on data");
    options->model.add(*command);
    options->data.add(*command, false);
    options->recipe.add(*command);
    command
        ->add_option(
            "--against", options->against,
            "Time the model in other runtimes too, in turns, instead of layer by layer: all, or some of " +
                join(contestants().names()))
        ->delimiter(',')
        ->type_name("NAME")
        ->allow_extra_args(false);
    command->callback([&chosen, options] {
        chosen.run = [options](Session& session) { return bench(*options, session); };
    });
}

}  // namespace qs::cli
