#include "workbench/random_data.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randn.h>

#include <algorithm>

namespace qs {

namespace {

class RandomData : public Dataset {
  public:
    RandomData(std::vector<int64_t> sampleShape, int64_t samples, uint64_t seed)
        : sampleShape_(std::move(sampleShape)) {
        std::vector<int64_t> shape = sampleShape_;
        shape.insert(shape.begin(), samples);
        images_ = at::randn(shape, at::detail::createCPUGenerator(seed));
    }

    int64_t size() const override { return images_.size(0); }
    Result<Batch> read(int64_t begin, int64_t end) override {
        return Batch{images_.slice(0, begin, std::min(end, size())).contiguous(), {}};
    }
    bool labelled() const override { return false; }
    std::vector<std::string> classes() const override { return {}; }
    std::vector<int64_t> sampleShape() const override { return sampleShape_; }
    const std::vector<std::string>& skipped() const override { return skipped_; }
    protocol::Preprocessing preprocessing() const override { return {}; }

  private:
    std::vector<int64_t> sampleShape_;
    at::Tensor images_;
    std::vector<std::string> skipped_;
};

}  // namespace

std::unique_ptr<Dataset> makeRandomData(std::vector<int64_t> sampleShape, int64_t samples, uint64_t seed) {
    return std::make_unique<RandomData>(std::move(sampleShape), samples, seed);
}

}  // namespace qs
