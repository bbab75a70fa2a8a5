#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "data/dataset.h"
#include "graph/graph.h"
#include "quant/ptq.h"

namespace qs::test {

/// conv-bn-relu, conv-bn + residual, relu, max pool, depthwise conv-bn-relu6, average pool, flatten, linear:
/// three classes from 2 x 8 x 8, with seeded weights and batch-norm statistics away from zero and one.
Graph smallNetwork(uint64_t seed = 7);

/// `graph` prepared with one preset for all, and the layers in `restored` in float.
PreparedModel prepared(Graph graph, const std::string& preset, const std::vector<std::string>& restored = {});

/// Samples of three classes that differ in mean and orientation; `labelled` false leaves the labels out.
class StripesData : public Dataset {
  public:
    explicit StripesData(int64_t size, uint64_t seed = 3, bool labelled = true);
    int64_t size() const override { return images_.size(0); }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override;
    bool labelled() const override { return labelled_; }
    std::vector<std::string> classes() const override { return {"across", "down", "blank"}; }
    std::vector<SampleInput> sampleInputs() const override { return {{"", {2, 8, 8}}}; }

    at::Tensor images() const { return images_; }
    void relabel(int64_t label) { labels_.fill_(label); }

  private:
    at::Tensor images_;
    at::Tensor labels_;
    bool labelled_;
};

}  // namespace qs::test
