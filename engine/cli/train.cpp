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
    OutputOptions output;
    protocol::QatSettings qat;
    std::string validation;
    std::string weights;
};

/// All but the recipe.
protocol::TrainParams paramsOf(const Options& options) {
    const protocol::DataSpec data = *options.data.spec();
    protocol::TrainParams params;
    params.variant.model = options.model.path;
    params.variant.data = data;
    params.variant.inputs = options.model.inputs;
    params.variant.calib_data = options.recipe.calibration(options.data);
    if (!options.validation.empty()) {
        params.validation = protocol::DataSpec{options.validation, data.preprocessing, data.labels};
    }
    params.weights_path = options.weights.empty() ? options.output.path + ".qsw" : options.weights;
    return params;
}

Result<Writes> writes(const Options& options) {
    const protocol::TrainParams params = paramsOf(options);
    QS_ASSIGN(Writes writes, options.output.writes(params.variant));
    writes.claims.push_back(claimOf(params, options.output.replace));
    writes.inputs = inputsOf(params);
    options.recipe.addInputs(writes.inputs);
    return writes;
}

Result<Report> train(const Options& options, Session& session) {
    protocol::TrainParams params = paramsOf(options);
    QS_ASSIGN(const protocol::ModelInfo model,
              session.workbench.openModel({params.variant.model, params.variant.data, params.variant.inputs},
                                          session.job));
    QS_ASSIGN(protocol::Recipe recipe, options.recipe.make(model));
    recipe.qat = options.qat;
    recipe.qat->batch = recipe.batch;
    recipe.qat->seed = recipe.seed;
    params.variant.recipe = std::move(recipe);

    QS_ASSIGN(const protocol::VariantResult trained,
              session.workbench.train(params, session.outputs, session.job));
    params.variant.recipe = trained.recipe;
    QS_ASSIGN(
        const protocol::ExportResult written,
        session.workbench.exportModel(options.output.make(params.variant), session.outputs, session.job));
    return Report{exportedJson(trained, written), classesText(trained, options.recipe.perClass) +
                                                      judgedText(trained) + exportedText(written)};
}

void addTraining(CLI::App& command, Options& options) {
    protocol::QatSettings& qat = options.qat;
    const auto add = [&](const char* name, auto& setting, const char* help) {
        return command.add_option(name, setting, help)->capture_default_str()->group("Training");
    };
    add("--epochs", qat.epochs, "Times through the training data")->check(CLI::PositiveNumber);
    add("--lr", qat.learning_rate, "Learning rate")->check(CLI::PositiveNumber);
    add("--momentum", qat.momentum, "Momentum of SGD")->check(CLI::Range(0.0, 1.0));
    add("--weight-decay", qat.weight_decay, "Weight decay")->check(CLI::NonNegativeNumber);
    add("--train-samples", qat.train_samples, "Samples to train on; 0: all")->check(CLI::NonNegativeNumber);
    add("--val-samples", qat.validation_samples, "Samples to validate on after each epoch; 0: all")
        ->check(CLI::NonNegativeNumber);
    add("--val-data", options.validation,
        "Data to validate on (default: the test split, or the training data)");
    add("--weights", options.weights,
        "Where to keep the trained weights, which verifying and exporting again need (default: OUT.qsw)");
}

}  // namespace

void addTrain(CLI::App& app, Action& chosen) {
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("train", "Fine-tune with fake quantization (QAT), measure, and write the result");
    options->model.add(*command);
    options->data.add(*command, true);
    options->recipe.add(*command);
    addTraining(*command, *options);
    options->output.add(*command);
    command->callback([&chosen, options] {
        chosen = {[options](Session& session) { return train(*options, session); },
                  [options] { return writes(*options); }};
    });
}

}  // namespace qs::cli
