#include "analysis/layer_error.h"

#include <algorithm>
#include <set>

#include "core/guard.h"
#include "ops/quantize.h"

namespace qs {

namespace {

/// The steps that give a layer's result: its own, of simulated layers the one that rounds it.
std::vector<bool> resultSteps(const QuantizedGraph& graph) {
    std::set<ValueId> unrounded;
    std::vector<bool> results;
    for (const QNode& node : graph.nodes) {
        const bool simulated = !node.isBoundary() && node.compute == Compute::Simulated;
        if (simulated) {
            unrounded.insert(node.outputs.begin(), node.outputs.end());
        }
        const bool rounds = node.op == "fake_quantize" && unrounded.contains(node.inputs.at(0));
        results.push_back(rounds || (!node.isBoundary() && !simulated));
    }
    return results;
}

}  // namespace

Result<std::map<std::string, ErrorMetrics>> layerErrors(Executor& reference, Executor& quantized,
                                                        Dataset& data, int64_t samples, int64_t batch,
                                                        Job& job) {
    std::map<std::string, ErrorMetrics> errors;
    const std::vector<bool> results = resultSteps(quantized.graph());
    const int64_t total = samples > 0 ? std::min(samples, data.size()) : data.size();
    job.begin("Comparing layers", total);
    for (int64_t begin = 0; begin < total; begin += batch) {
        QS_ASSIGN(const Batch read, data.read(begin, std::min(begin + batch, total)));
        if (read.size() > 0) {
            QS_TRY(guard("comparing layers", [&]() -> Status {
                std::map<std::string, at::Tensor> expected;
                QS_TRY(reference.run(read.inputs, [&](size_t index, std::span<const at::Tensor> outputs) {
                    const QNode& node = reference.graph().nodes[index];
                    if (!node.isBoundary() && at::isFloatingType(outputs[0].scalar_type())) {
                        expected[node.layer] = outputs[0].to(at::kFloat, false, true);
                    }
                }));
                QS_TRY(quantized.run(read.inputs, [&](size_t index, std::span<const at::Tensor> outputs) {
                    const QNode& node = quantized.graph().nodes[index];
                    // Layers that compute integers (indices, shapes) have no error to speak of.
                    if (results[index] && expected.contains(node.layer)) {
                        const auto& qparams = quantized.graph().value(node.outputs[0]).qparams;
                        errors[node.layer].add(expected.at(node.layer),
                                               qparams ? dequantize(outputs[0], *qparams) : outputs[0]);
                    }
                }));
                return {};
            }));
        }
        QS_TRY(job.step(std::min(begin + batch, total)));
    }
    return errors;
}

}  // namespace qs
