#include "importers/importer.h"

#include <algorithm>

#include "core/match.h"
#include "core/presentable.h"

namespace qs {

namespace {

/// The wanted input that belongs to the declared one: by name, or by position where names are empty.
const InputSpec* findWanted(const std::vector<InputSpec>& wanted, const InputSpec& declared,
                            size_t position) {
    const auto named = std::find_if(wanted.begin(), wanted.end(), [&](const InputSpec& spec) {
        return !spec.name.empty() && spec.name == declared.name;
    });
    if (named != wanted.end()) {
        return &*named;
    }
    return position < wanted.size() && wanted[position].name.empty() ? &wanted[position] : nullptr;
}

Status checkNames(const std::vector<InputSpec>& wanted, const std::vector<InputSpec>& declared) {
    std::vector<std::string> names;
    names.reserve(declared.size());
    for (const auto& input : declared) {
        names.push_back(input.name);
    }
    for (const auto& spec : wanted) {
        if (!spec.name.empty() && std::find(names.begin(), names.end(), spec.name) == names.end()) {
            return failure("the model has no input " + spec.name + ": it takes " + join(names, ", "));
        }
    }
    if (wanted.size() > declared.size()) {
        return failure("the model takes " + std::to_string(declared.size()) + " input" +
                       (declared.size() == 1 ? "" : "s") + " (" + join(names, ", ") + "), not " +
                       std::to_string(wanted.size()));
    }
    return {};
}

bool isComplete(const InputSpec& input) {
    return input.scalar || (!input.shape.empty() && std::all_of(input.shape.begin(), input.shape.end(),
                                                                [](int64_t extent) { return extent > 0; }));
}

std::string shapeText(const Shape& shape) {
    std::string text;
    for (const int64_t extent : shape) {
        text += (text.empty() ? "" : "x") + (extent < 0 ? std::string("?") : std::to_string(extent));
    }
    return text;
}

/// The declared inputs with what is wanted filled in; a free batch becomes 1.
Result<std::vector<InputSpec>> fill(const std::vector<InputSpec>& declared,
                                    const std::vector<InputSpec>& wanted) {
    QS_TRY(checkNames(wanted, declared));
    std::vector<InputSpec> inputs = declared;
    for (size_t i = 0; i < inputs.size(); ++i) {
        InputSpec& input = inputs[i];
        if (const InputSpec* spec = findWanted(wanted, declared[i], i)) {
            if (!spec->shape.empty() && !input.shape.empty() && spec->shape.size() != input.shape.size()) {
                return failure("input " + input.name + " has " + std::to_string(input.shape.size()) +
                               " dimensions (" + shapeText(input.shape) + "), not " +
                               std::to_string(spec->shape.size()) + " (" + shapeText(spec->shape) + ")");
            }
            if (!spec->shape.empty()) {
                input.shape = spec->shape;
            }
            if (spec->dtype && !input.dtype) {
                input.dtype = spec->dtype;
            }
        }
        if (!input.shape.empty() && input.shape[0] < 0) {
            input.shape[0] = 1;
        }
    }
    return inputs;
}

/// Of errors that another shape of an input would mend: its name (empty: perhaps, and of any) and an example.
ErrorData shapeNeeded(const std::string& input, const Shape& example) {
    return {{"input", input}, {"shape", std::vector<int64_t>(example.begin(), example.end())}};
}

/// What is known of each input's size must fit into memory.
Status checkSizes(const std::vector<InputSpec>& inputs) {
    constexpr int64_t kMostValues = int64_t(1) << 31;
    for (const InputSpec& input : inputs) {
        int64_t room = kMostValues;
        for (const int64_t extent : input.shape) {
            room = extent > 0 ? room / extent : room;
        }
        if (room == 0) {
            return failure("input " + input.name + " has the shape " + shapeText(input.shape) +
                               ", which is more than 2^31 elements: give it a smaller one, for example "
                               "--input " +
                               input.name + "=1x3x224x224",
                           shapeNeeded(input.name, {1, 3, 224, 224}));
        }
    }
    return {};
}

Error sizeNeeded(const InputSpec& input) {
    const std::string name = input.name.empty() ? "x" : input.name;
    if (input.shape.empty()) {
        return failure("the file does not say what shape input " + name +
                           " has: give it, for example --input " + name + "=1x3x224x224",
                       shapeNeeded(name, {1, 3, 224, 224}));
    }
    Shape example = input.shape;
    for (int64_t& extent : example) {
        extent = extent < 0 ? 224 : extent;
    }
    return failure("input " + name + " has the shape " + shapeText(input.shape) +
                       ": give its size, for example --input " + name + "=" + shapeText(example),
                   shapeNeeded(name, example));
}

Result<TracedNetwork> traceGuessing(const ModelFile& file, const std::vector<InputSpec>& inputs,
                                    const Job& job) {
    const auto open = std::find_if_not(inputs.begin(), inputs.end(), isComplete);
    if (open == inputs.end()) {
        return file.trace(inputs, job);
    }
    std::optional<Error> first;
    for (auto guess : file.guesses()) {
        for (size_t i = 0; i < guess.size(); ++i) {
            if (isComplete(inputs[i])) {
                guess[i] = inputs[i];
            }
        }
        auto network = file.trace(guess, job);
        if (network || network.error().kind == ErrorKind::Cancelled) {
            return network;
        }
        if (!first) {
            first = network.error();
        }
    }
    if (!first) {
        return sizeNeeded(*open);
    }
    return failure(first->message + " (with an input shape that was guessed: --input gives the right one)",
                   shapeNeeded("", {1, 3, 224, 224}));
}

}  // namespace

namespace {

Result<ImportedModel> open(const std::filesystem::path& path, const std::vector<InputSpec>& wanted,
                           const Job& job) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return failure(path.string() + " is a folder, not a model file");
    }
    const auto size = std::filesystem::file_size(path, error);
    if (error) {
        return failure("cannot open " + path.string() + ": " + error.message());
    }
    if (size == 0) {
        return failure(path.string() + " is empty");
    }
    for (const auto& [name, importer] : importers().entries()) {
        if (!importer.matches(path)) {
            continue;
        }
        QS_ASSIGN(const std::unique_ptr<ModelFile> file, importer.open(path));
        const auto named = [&](const Error& why) {
            return why.kind == ErrorKind::Cancelled ? why
                                                    : failure(path.string() + ": " + why.message, why.data);
        };
        auto inputs = fill(file->inputs(), wanted);
        if (!inputs) {
            return named(inputs.error());
        }
        if (const Status fits = checkSizes(*inputs); !fits) {
            return named(fits.error());
        }
        auto network = traceGuessing(*file, *inputs, job);
        if (!network) {
            return named(network.error());
        }
        return ImportedModel{std::move(network->graph),        name,          file->classes(), file->notes(),
                             std::move(network->quantization), file->inputs()};
    }
    return failure(path.string() + " is no model that can be opened: expected " +
                   join(importers().names(), " or ") +
                   " (in PyTorch: torch.jit.script(model).save(\"model.pt\"))");
}

}  // namespace

Result<ImportedModel> openModel(const std::filesystem::path& path, const std::vector<InputSpec>& wanted,
                                const Job& job) {
    auto opened = open(path, wanted, job);
    return opened ? std::move(opened) : presentable(opened.error());
}

}  // namespace qs
