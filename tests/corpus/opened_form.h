#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "corpus/tensor_files.h"
#include "data/dataset.h"
#include "graph/quantized_graph.h"
#include "importers/importer.h"

namespace qs::test {

/// The samples of a reference input as data; `inputs` must outlive it.
class TensorData : public Dataset {
  public:
    explicit TensorData(const std::vector<NamedTensor>& inputs) : inputs_(inputs) {}
    int64_t size() const override { return inputs_.at(0).tensor.size(0); }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override;
    bool labelled() const override { return false; }
    std::vector<SampleInput> sampleInputs() const override;

  private:
    const std::vector<NamedTensor>& inputs_;
};

/// Qparams that a layer ends up with: its output's, and its weight's where it has one.
struct LayerQParams {
    std::optional<QParams> output;
    std::optional<QParams> weight;
};

/// One form of a row, opened.
struct OpenedForm {
    std::string form;
    Graph graph;
    std::vector<std::string> notes;
    std::vector<std::string> layers;       ///< fusion groups
    std::vector<std::string> quantizable;  ///< those with an integer form
};

/// The shapes and types of `inputs`, in order, as openModel() takes them.
std::vector<InputSpec> specsOf(const std::vector<NamedTensor>& inputs);

Result<OpenedForm> openForm(const std::filesystem::path& file, const std::string& form,
                            const std::vector<NamedTensor>& inputs);

/// Every layer under the preset onednn, calibrated on `inputs`. Activations are observed by min_max: the last
/// bits in which two forms of a network differ move the histogram observer's search by whole bins.
Result<QuantizedGraph> quantizeForm(const OpenedForm& opened, const std::vector<NamedTensor>& inputs);

std::map<std::string, LayerQParams> layerQParams(const QuantizedGraph& graph);

/// Largest difference of scales relative to the larger scale, or infinity where layers, types, channels or
/// zero points differ. `where` becomes the worst layer.
double qparamsDifference(const std::map<std::string, LayerQParams>& a,
                         const std::map<std::string, LayerQParams>& b, std::string& where);

/// Largest difference over the largest magnitude of `expected`; infinity where shapes differ.
double relativeDifference(const at::Tensor& expected, const at::Tensor& actual);

/// 20 log10(|x| / |x - y|), in dB.
double sqnr(const at::Tensor& x, const at::Tensor& y);

}  // namespace qs::test
