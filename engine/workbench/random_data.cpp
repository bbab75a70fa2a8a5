#include "workbench/random_data.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

namespace qs {

namespace {

class RandomData : public Dataset {
  public:
    RandomData(std::vector<SampleInput> inputs, int64_t samples, uint64_t seed) : inputs_(std::move(inputs)) {
        const at::Generator generator = at::detail::createCPUGenerator(seed);
        for (const auto& input : inputs_) {
            std::vector<int64_t> shape = input.shape;
            shape.insert(shape.begin(), samples);
            samples_.push_back(at::isFloatingType(input.dtype) ? at::randn(shape, generator)
                                                               : at::zeros(shape, input.dtype));
        }
    }

    int64_t size() const override { return samples_.at(0).size(0); }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        const at::Tensor rows = at::tensor(at::IntArrayRef(indices.data(), indices.size()));
        Batch batch;
        for (const at::Tensor& tensor : samples_) {
            batch.inputs.push_back(tensor.index_select(0, rows));
        }
        return batch;
    }
    bool labelled() const override { return false; }
    std::vector<SampleInput> sampleInputs() const override { return inputs_; }

  private:
    std::vector<SampleInput> inputs_;
    std::vector<at::Tensor> samples_;
};

}  // namespace

std::unique_ptr<Dataset> makeRandomData(std::vector<SampleInput> inputs, int64_t samples, uint64_t seed) {
    return std::make_unique<RandomData>(std::move(inputs), samples, seed);
}

}  // namespace qs
