#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>

#include "data/dataset.h"
#include "data/formats/npy_file.h"

namespace qs {

namespace {

template <typename From, typename To>
void convertValues(const std::vector<char>& bytes, To* out) {
    for (size_t i = 0; i < bytes.size(); i += sizeof(From)) {
        From value;
        std::memcpy(&value, bytes.data() + i, sizeof value);
        *out++ = To(value);
    }
}

/// Converts values as they lie in the file to `To`; false where their type is neither of those that fit.
template <typename To>
bool convertValues(const NpyHeader& header, const std::vector<char>& bytes, To* out) {
    const std::string type = header.kind + std::to_string(header.itemBytes);
    if (type == "u1") {
        convertValues<uint8_t>(bytes, out);
    } else if (type == "i8") {
        convertValues<int64_t>(bytes, out);
    } else if (type == "i4") {
        convertValues<int32_t>(bytes, out);
    } else if (type == "f4" && std::is_floating_point_v<To>) {
        convertValues<float>(bytes, out);
    } else if (type == "f8" && std::is_floating_point_v<To>) {
        convertValues<double>(bytes, out);
    } else {
        return false;
    }
    return true;
}

class NpyDataset : public Dataset {
  public:
    NpyDataset(NpyFile samples, std::vector<int64_t> labels)
        : samples_(std::move(samples)), labels_(std::move(labels)) {}

    int64_t size() const override { return samples_.rows(); }
    bool labelled() const override { return !labels_.empty(); }
    std::vector<SampleInput> sampleInputs() const override {
        return {{"", {samples_.header().shape.begin() + 1, samples_.header().shape.end()}}};
    }

    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        std::vector<int64_t> shape = samples_.header().shape;
        shape[0] = int64_t(indices.size());
        Batch batch;
        at::Tensor samples = at::empty(shape, at::kFloat);
        auto* out = samples.data_ptr<float>();
        for (const int64_t index : indices) {
            QS_ASSIGN(const std::vector<char> bytes, samples_.readRows(index, 1));
            convertValues(samples_.header(), bytes, out);
            out += samples_.rowSize();
        }
        batch.inputs = {std::move(samples)};
        if (labelled()) {
            batch.labels = at::empty({shape[0]}, at::kLong);
            std::transform(indices.begin(), indices.end(), batch.labels.data_ptr<int64_t>(),
                           [&](int64_t index) { return labels_[size_t(index)]; });
        }
        return batch;
    }

  private:
    NpyFile samples_;
    std::vector<int64_t> labels_;  ///< empty: unlabelled
};

Result<NpyFile> openSamples(const std::string& path) {
    QS_ASSIGN(NpyFile file, NpyFile::open(path));
    if (file.header().shape.size() < 2) {
        return failure(path + " must be N x ..., for example N x C x H x W: it has one dimension only");
    }
    if (file.rows() == 0 || file.rowSize() == 0) {
        return failure(path + " holds no samples");
    }
    float unused = 0;
    if (!convertValues(file.header(), {}, &unused)) {
        return failure(path + " must hold float32, float64, uint8, int32 or int64 values");
    }
    return file;
}

Result<std::vector<int64_t>> readLabels(const std::string& path, int64_t samples) {
    QS_ASSIGN(NpyFile file, NpyFile::open(path));
    if (file.header().shape.size() != 1) {
        return failure(path + " must have one dimension, a label a sample");
    }
    if (file.rows() != samples) {
        return failure(path + " holds " + std::to_string(file.rows()) + " labels for " +
                       std::to_string(samples) + " samples");
    }
    QS_ASSIGN(const std::vector<char> bytes, file.readRows(0, file.rows()));
    std::vector<int64_t> labels(static_cast<size_t>(samples));
    if (!convertValues(file.header(), bytes, labels.data())) {
        return failure(path + " must hold uint8, int32 or int64 labels");
    }
    if (std::any_of(labels.begin(), labels.end(), [](int64_t label) { return label < 0; })) {
        return failure(path + " holds negative labels");
    }
    return labels;
}

Result<std::unique_ptr<Dataset>> openNpy(const std::string& argument, const DatasetOptions& options) {
    const protocol::Preprocessing& wanted = options.preprocessing;
    if (wanted.resize.value_or(0) != 0 || wanted.crop.value_or(0) != 0 || wanted.channels ||
        !wanted.mean.empty() || !wanted.std.empty()) {
        return usageError("npy holds ready tensors: resize, crop, channels, mean and std do not apply");
    }
    const size_t comma = argument.find(',');
    const std::string samplesPath = argument.substr(0, comma);
    if (samplesPath.empty()) {
        return usageError("npy needs a file: npy:X.npy or npy:X.npy,Y.npy");
    }
    QS_ASSIGN(NpyFile samples, openSamples(samplesPath));
    std::vector<int64_t> labels;
    if (comma != std::string::npos) {
        QS_ASSIGN(labels, readLabels(argument.substr(comma + 1), samples.rows()));
    }
    return Result<std::unique_ptr<Dataset>>(
        std::make_unique<NpyDataset>(std::move(samples), std::move(labels)));
}

}  // namespace

void register_npy(Registry<DatasetFormat>& registry) {
    registry.add("npy", {"ready tensors N x ... from NumPy, with labels if given: X.npy[,Y.npy]", openNpy});
}

}  // namespace qs
