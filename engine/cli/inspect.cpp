#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/table.h"
#include "core/match.h"
#include "core/printable.h"
#include "protocol/json.h"

namespace qs::cli {

namespace {

struct Options {
    ModelOptions model;
    DataOptions data;
};

std::string tensorsText(const std::string& kind, const std::vector<protocol::TensorInfo>& tensors) {
    std::string text;
    for (const auto& tensor : tensors) {
        text += fmt::format("{} {}: {} {}\n", kind, printable(tensor.name), tensor.dtype,
                            formatShape(tensor.shape));
    }
    return text;
}

std::string modelText(const protocol::ModelInfo& info) {
    std::string text =
        fmt::format("{}: {}, {}, {} parameters, {} MACs\n", printable(info.path), info.format,
                    formatBytes(info.model_bytes), formatCount(info.parameters), formatCount(info.macs));
    text += tensorsText("input", info.inputs) + tensorsText("output", info.outputs);
    if (info.batch > 0) {
        text += fmt::format("runs batches of {} only\n", info.batch);
    }
    for (const std::string& note : info.notes) {
        text += noteText(note);
    }
    if (!info.classes.empty()) {
        text += "classes: " + printable(join(info.classes)) + '\n';
    }
    Table table({{"layer", Table::Align::Left},
                 {"op", Table::Align::Left},
                 {"output"},
                 {"parameters"},
                 {"MACs"},
                 {"quantizable", Table::Align::Left},
                 {"fused", Table::Align::Left}});
    for (const auto& layer : info.layers) {
        table.add({layer.name, layer.op, formatShape(layer.output_shape), formatCount(layer.parameters),
                   formatCount(layer.macs), layer.quantizable ? "yes" : "no", join(layer.fused)});
    }
    return text + '\n' + table.text();
}

Result<Report> inspect(const Options& options, Session& session) {
    QS_ASSIGN(const protocol::ModelInfo info,
              session.workbench.openModel({options.model.path, options.data.spec(), options.model.inputs},
                                          session.job));
    return Report{info, modelText(info)};
}

}  // namespace

void addInspect(CLI::App& app, Action& chosen) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("inspect", "Show a model's inputs, outputs and layers");
    options->model.add(*command);
    options->data.add(*command, false);
    command->callback([&chosen, options] {
        chosen.run = [options](Session& session) { return inspect(*options, session); };
    });
}

}  // namespace qs::cli
