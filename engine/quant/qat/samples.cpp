#include "quant/qat/samples.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace qs {

namespace {

constexpr int64_t mostBytesInMemory = int64_t{1} << 30;
constexpr int64_t samplesPerRead = 256;

int64_t bytesPerSample(const Dataset& data) {
    int64_t bytes = 0;
    for (const SampleInput& input : data.sampleInputs()) {
        bytes += std::accumulate(input.shape.begin(), input.shape.end(),
                                 static_cast<int64_t>(c10::elementSize(input.dtype)), std::multiplies<>());
    }
    return bytes;
}

class BatchBuilder {
  public:
    void add(Batch batch) {
        if (batch.size() > 0) {
            parts_.push_back(std::move(batch));
        }
    }

    /// No samples where nothing was added.
    Batch build() const {
        if (parts_.empty()) {
            return {};
        }
        Batch whole;
        std::vector<at::Tensor> tensors(parts_.size());
        for (size_t input = 0; input < parts_[0].inputs.size(); ++input) {
            std::transform(parts_.begin(), parts_.end(), tensors.begin(),
                           [&](const Batch& part) { return part.inputs[input]; });
            whole.inputs.push_back(at::cat(tensors));
        }
        std::transform(parts_.begin(), parts_.end(), tensors.begin(),
                       [](const Batch& part) { return part.labels; });
        whole.labels = at::cat(tensors);
        return whole;
    }

  private:
    std::vector<Batch> parts_;
};

}  // namespace

Result<Samples> Samples::open(Dataset& data, int64_t limit, const std::string& role, Job& job) {
    if (!data.labelled()) {
        return failure("the " + role + " data has no labels: training needs a class for every sample");
    }
    Samples samples(data, limit > 0 ? std::min(limit, data.size()) : data.size());
    if (samples.size_ * bytesPerSample(data) < mostBytesInMemory) {
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
    BatchStream stream(*data_, firstSamples(*data_, size_), {.batch = samplesPerRead});
    for (;;) {
        QS_ASSIGN(std::optional<Batch> batch, stream.next());
        if (!batch) {
            break;
        }
        builder.add(std::move(*batch));
        QS_TRY(job.step(stream.done()));
    }
    loaded_ = builder.build();
    size_ = loaded_.size();
    return {};
}

SampleBatches Samples::batches(std::vector<int64_t> order, int64_t batch) const {
    if (loaded_.size() > 0) {
        return {loaded_, std::move(order), batch};
    }
    return SampleBatches(
        std::make_unique<BatchStream>(*data_, std::move(order), StreamOptions{.batch = batch}));
}

Result<Batch> SampleBatches::next() {
    if (stream_) {
        QS_ASSIGN(std::optional<Batch> batch, stream_->next());
        return batch ? std::move(*batch) : Batch{};
    }
    const size_t count = std::min(static_cast<size_t>(batch_), order_.size() - taken_);
    if (count == 0) {
        return Batch{};
    }
    const at::Tensor rows = at::tensor(at::IntArrayRef(order_.data() + taken_, count));
    taken_ += count;
    Batch batch;
    for (const at::Tensor& input : loaded_->inputs) {
        batch.inputs.push_back(input.index_select(0, rows));
    }
    batch.labels = loaded_->labels.index_select(0, rows);
    return batch;
}

}  // namespace qs
