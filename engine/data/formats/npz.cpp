#include "core/translatable.h"
#include "data/formats/npz_file.h"
#include "data/formats/tensor_dataset.h"

namespace qs {

namespace {

/// numpy.savez(file, x) calls its arrays arr_0, arr_1, ...: no names of inputs.
bool isNumbered(const std::string& name) {
    return name.starts_with("arr_") && name.find_first_not_of("0123456789", 4) == std::string::npos;
}

Result<std::unique_ptr<Dataset>> openNpz(const std::string& argument, const DatasetOptions& options) {
    if (argument.empty()) {
        return usageError("npz needs a file: npz:FILE.npz");
    }
    QS_ASSIGN(std::vector<NpzMember> members, openNpzFile(argument));
    std::vector<NamedArray> inputs;
    std::optional<NpyFile> labels;
    for (NpzMember& member : members) {
        if (member.name == "labels") {
            labels = std::move(member.array);
        } else {
            inputs.push_back({isNumbered(member.name) ? "" : member.name, std::move(member.array)});
        }
    }
    if (inputs.size() == 1) {
        inputs[0].name.clear();  // a single array may have any name
    }
    return makeTensorDataset(std::move(inputs), std::move(labels), options, argument);
}

}  // namespace

void register_npz(Registry<DatasetFormat>& registry) {
    registry.add(
        "npz",
        {QT_TRANSLATE_NOOP("Engine",
                           "ready tensors from numpy.savez: arrays N x ... named as the model's inputs, and "
                           "\"labels\" if there are any: FILE.npz"),
         openNpz});
}

}  // namespace qs
