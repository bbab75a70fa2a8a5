#include "quant/qat/samples.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <vector>

namespace qs {

namespace {

constexpr int64_t mostBytesInMemory = int64_t{1} << 30;
constexpr int64_t samplesPerRead = 256;

class BatchBuilder {
  public:
    void add(const Batch& batch) {
        if (batch.size() > 0) {
            images_.push_back(batch.inputs.at(0));
            labels_.push_back(batch.labels);
        }
    }

    /// No samples where nothing was added.
    Batch build() const { return images_.empty() ? Batch{} : Batch{{at::cat(images_)}, at::cat(labels_)}; }

  private:
    std::vector<at::Tensor> images_;
    std::vector<at::Tensor> labels_;
};

}  // namespace

Result<Samples> Samples::open(Dataset& data, int64_t limit, const std::string& role, Job& job) {
    if (!data.labelled()) {
        return failure("the " + role + " data has no labels: training needs a class for every sample");
    }
    Samples samples(data, limit > 0 ? std::min(limit, data.size()) : data.size());
    int64_t bytes = samples.size_ * static_cast<int64_t>(sizeof(float));
    for (const int64_t extent : data.sampleInputs().at(0).shape) {
        bytes *= extent;
    }
    if (bytes < mostBytesInMemory) {
        QS_TRY(samples.load(role, job));
    }
    if (samples.size_ == 0) {
        return failure("the " + role + " data has no sample that can be read");
    }
    return samples;
}

Status Samples::load(const std::string& role, Job& job) {
    job.begin("Reading " + role + " data", size_);
    BatchBuilder builder;
    for (int64_t begin = 0; begin < size_; begin += samplesPerRead) {
        const int64_t end = std::min(begin + samplesPerRead, size_);
        QS_ASSIGN(const Batch batch, data_->read(begin, end));
        builder.add(batch);
        QS_TRY(job.step(end));
    }
    loaded_ = builder.build();
    size_ = loaded_.size();
    return {};
}

Result<Batch> Samples::read(std::span<const int64_t> indices) const {
    if (loaded_.size() > 0) {
        const at::Tensor rows = at::tensor(at::IntArrayRef(indices.data(), indices.size()));
        return Batch{{loaded_.inputs[0].index_select(0, rows)}, loaded_.labels.index_select(0, rows)};
    }
    BatchBuilder builder;
    for (const int64_t index : indices) {
        QS_ASSIGN(const Batch sample, data_->read(index, index + 1));
        builder.add(sample);
    }
    return builder.build();
}

}  // namespace qs
