#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <utility>
#include <vector>

#include "data/dataset.h"

namespace qs::test {

/// Samples that are the rows of tensors, one tensor an input.
class TensorSamples : public Dataset {
  public:
    explicit TensorSamples(std::vector<at::Tensor> inputs) : inputs_(std::move(inputs)) {}

    int64_t size() const override { return inputs_.at(0).size(0); }
    bool labelled() const override { return false; }
    std::vector<SampleInput> sampleInputs() const override {
        std::vector<SampleInput> inputs;
        for (const at::Tensor& input : inputs_) {
            inputs.push_back({"", input.sizes().slice(1).vec(), input.scalar_type()});
        }
        return inputs;
    }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        const at::Tensor rows = at::tensor(std::vector<int64_t>(indices.begin(), indices.end()), at::kLong);
        Batch batch;
        for (const at::Tensor& input : inputs_) {
            batch.inputs.push_back(input.index_select(0, rows));
        }
        return batch;
    }

  private:
    std::vector<at::Tensor> inputs_;
};

}  // namespace qs::test
