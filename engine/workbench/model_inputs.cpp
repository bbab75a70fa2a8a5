#include "workbench/model_inputs.h"

#include <algorithm>

#include "core/match.h"

namespace qs {

namespace {

std::string shapeText(std::span<const int64_t> shape) {
    std::vector<std::string> extents;
    for (const int64_t extent : shape) {
        extents.push_back(std::to_string(extent));
    }
    return join(extents, " x ");
}

std::string namesText(const std::vector<SampleInput>& inputs) {
    std::vector<std::string> names;
    for (const auto& input : inputs) {
        names.push_back(input.name.empty() ? "(unnamed)" : input.name);
    }
    return join(names);
}

Result<std::optional<at::ScalarType>> readType(const std::string& name) {
    if (name.empty()) {
        return std::optional<at::ScalarType>();
    }
    constexpr at::ScalarType kTypes[] = {at::kFloat, at::kDouble, at::kHalf, at::kLong, at::kInt,
                                         at::kShort, at::kChar,   at::kByte, at::kBool};
    std::vector<std::string> known;
    for (const at::ScalarType type : kTypes) {
        if (name == c10::toString(type)) {
            return std::optional(type);
        }
        known.emplace_back(c10::toString(type));
    }
    return usageError("unknown type '" + name + "' of an input: expected one of " + join(known));
}

std::vector<InputSpec> inputsOfData(const Dataset* data) {
    std::vector<InputSpec> specs;
    if (data) {
        const auto inputs = data->sampleInputs();
        for (const auto& input : inputs) {
            // A single input needs no name: it can only be the model's single one.
            InputSpec spec{inputs.size() == 1 ? "" : input.name, input.shape, input.dtype};
            if (input.dtype == at::kByte) {
                spec.dtype.reset();  // pixels, which a model may take as floats as well
            }
            spec.shape.insert(spec.shape.begin(), 1);
            specs.push_back(std::move(spec));
        }
    }
    return specs;
}

/// What is wrong with `wanted` for a model that takes `actual`, or nothing that can be told.
std::string mismatch(const InputSpec& wanted, const Value& actual, bool fromData) {
    const std::string owner = fromData ? "the data has " : "the input shape has ";
    const size_t dimensions = actual.shape.size();
    if (wanted.shape.size() != dimensions) {
        const std::string kind = dimensions == 4 ? "the model takes images (N x C x H x W, "
                                                 : "the model's input " + actual.name + " is (";
        return kind + shapeText(actual.shape) + "), " + owner + std::to_string(wanted.shape.size()) +
               " dimensions (" + shapeText(wanted.shape) + ", N included)";
    }
    if (dimensions != 4 || wanted.shape[1] == actual.shape[1]) {
        return "";
    }
    if (fromData && wanted.shape[1] == actual.shape[3] && actual.shape[3] <= 4) {
        return "the model takes images with the channels last (" + shapeText(actual.shape) +
               "): set --layout nhwc";
    }
    return owner + std::to_string(wanted.shape[1]) + " channels, the model takes " +
           std::to_string(actual.shape[1]) +
           (fromData ? ": set --channels " + std::to_string(actual.shape[1]) : "");
}

/// The model at its own shapes tells whether the wanted ones are to blame.
Error explain(const std::filesystem::path& path, const std::vector<InputSpec>& wanted, bool fromData,
              Error error, const Job& job) {
    const bool isExplained = wanted.empty() || error.kind == ErrorKind::Cancelled;
    const auto plain = isExplained ? Result<ImportedModel>(error) : openModel(path, {}, job);
    if (!plain) {
        return error;
    }
    const Graph& graph = plain->graph;
    for (size_t i = 0; i < wanted.size(); ++i) {
        for (size_t j = 0; j < graph.inputs().size(); ++j) {
            const Value& actual = graph.value(graph.inputs()[j]);
            const bool same = wanted[i].name.empty() ? i == j : wanted[i].name == actual.name;
            const std::string problem =
                same && !wanted[i].shape.empty() ? mismatch(wanted[i], actual, fromData) : "";
            if (!problem.empty()) {
                return failure(path.string() + ": " + problem);
            }
        }
    }
    return error;
}

Status checkFit(const SampleInput& source, const SampleInput& target) {
    if (source.shape != target.shape) {
        return failure("the data gives " + shapeText(source.shape) + " for input " + target.name +
                       ", which the model was opened to take as " + shapeText(target.shape));
    }
    if (at::isFloatingType(source.dtype) && !at::isFloatingType(target.dtype)) {
        return failure("input " + target.name + " takes integers (" + c10::toString(target.dtype) +
                       "), the data holds " + c10::toString(source.dtype));
    }
    return {};
}

}  // namespace

Result<std::vector<InputSpec>> wantedInputs(const std::vector<protocol::TensorInfo>& given,
                                            const Dataset* data) {
    std::vector<InputSpec> specs = inputsOfData(data);
    for (size_t i = 0; i < given.size(); ++i) {
        const bool positive = std::ranges::all_of(given[i].shape, [](int64_t extent) { return extent > 0; });
        if (!positive) {
            return usageError("the shape of an input has positive extents, N first: " +
                              shapeText(given[i].shape));
        }
        QS_ASSIGN(const auto type, readType(given[i].dtype));
        auto spec = given[i].name.empty() ? specs.begin() + static_cast<ptrdiff_t>(std::min(i, specs.size()))
                                          : std::ranges::find(specs, given[i].name, &InputSpec::name);
        if (spec == specs.end() && specs.size() == 1 && given.size() == 1 && specs[0].name.empty()) {
            spec = specs.begin();  // the data's single input, under the model's name for it
        }
        if (spec == specs.end()) {
            spec = specs.insert(specs.end(), InputSpec{});
        }
        spec->name = given[i].name;
        spec->shape = given[i].shape.empty() ? spec->shape : given[i].shape;
        spec->dtype = type ? type : spec->dtype;
    }
    return specs;
}

Result<ImportedModel> openModelWith(const std::filesystem::path& path, const std::vector<InputSpec>& wanted,
                                    bool fromData, const Job& job) {
    auto model = openModel(path, wanted, job);
    if (!model) {
        return explain(path, wanted, fromData, model.error(), job);
    }
    return model;
}

Result<std::vector<SampleInput>> sampleInputsOf(const Graph& graph) {
    std::vector<SampleInput> inputs;
    for (const ValueId id : graph.inputs()) {
        const Value& value = graph.value(id);
        if (value.shape.empty()) {
            return failure("input " + value.name + " is a scalar: a model is fed batches, N first");
        }
        inputs.push_back({value.name, {value.shape.begin() + 1, value.shape.end()}, value.dtype});
    }
    return inputs;
}

Result<InputMap> mapInputs(const Graph& graph, const Dataset& data) {
    InputMap map;
    QS_ASSIGN(map.targets, sampleInputsOf(graph));
    const std::vector<SampleInput> sources = data.sampleInputs();
    if (sources.size() != map.targets.size()) {
        return failure("the model takes " + std::to_string(map.targets.size()) + " inputs (" +
                       namesText(map.targets) + "), the data gives " + std::to_string(sources.size()) + " (" +
                       namesText(sources) + ")");
    }
    const bool named = sources.size() > 1 &&
                       std::ranges::none_of(sources, [](const auto& input) { return input.name.empty(); });
    for (size_t i = 0; i < sources.size(); ++i) {
        const auto source = named ? std::ranges::find(sources, map.targets[i].name, &SampleInput::name)
                                  : sources.begin() + static_cast<ptrdiff_t>(i);
        if (source == sources.end()) {
            return failure("the data has no input " + map.targets[i].name + ": it has " + namesText(sources));
        }
        QS_TRY(checkFit(*source, map.targets[i]));
        map.source.push_back(static_cast<size_t>(source - sources.begin()));
    }
    return map;
}

}  // namespace qs
