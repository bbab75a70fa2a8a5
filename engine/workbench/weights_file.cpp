#include "workbench/weights_file.h"

#include <ATen/ops/isfinite.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include "core/files.h"
#include "core/guard.h"
#include "importers/torchscript/archive_check.h"

namespace qs {

namespace {

bool isLike(const c10::IValue& value, const at::Tensor& constant) {
    return value.isTensor() && value.toTensor().sizes() == constant.sizes() &&
           value.toTensor().scalar_type() == constant.scalar_type();
}

bool isFinite(const at::Tensor& tensor) {
    return !tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>();
}

}  // namespace

Result<std::string> writeWeights(const Graph& graph) {
    return guard("the trained weights cannot be written", [&] {
        c10::Dict<std::string, at::Tensor> weights;
        for (const auto& value : graph.values()) {
            if (value.constant) {
                weights.insert(value.name, value.constant->contiguous());
            }
        }
        const std::vector<char> bytes = torch::jit::pickle_save(weights);
        return std::string(bytes.begin(), bytes.end());
    });
}

Status loadWeights(Graph& graph, const std::filesystem::path& path) {
    QS_ASSIGN(const std::string bytes, readFile(path));
    QS_TRY(checkWeights(path));
    return guard("cannot read trained weights from " + path.string(), [&]() -> Status {
        const c10::IValue loaded = torch::jit::pickle_load(std::vector<char>(bytes.begin(), bytes.end()));
        const auto weights = loaded.toGenericDict();
        for (const auto& value : graph.values()) {
            if (!value.constant) {
                continue;
            }
            const auto it = weights.find(value.name);
            if (it == weights.end() || !isLike(it->value(), *value.constant)) {
                return failure(path.string() + " does not belong to this model: it has no " + value.name +
                               " of the right shape");
            }
            if (isFinite(*value.constant) && !isFinite(it->value().toTensor())) {
                return failure(path.string() + " is damaged: " + value.name + " is not finite");
            }
            graph.value(value.id).constant = it->value().toTensor();
            graph.value(value.id).qparams.reset();  // trained off the grid of the file
        }
        return {};
    });
}

}  // namespace qs
