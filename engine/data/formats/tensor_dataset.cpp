#include "data/formats/tensor_dataset.h"

#include <ATen/ops/empty.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <cstring>

#include "data/class_names.h"
#include "data/formats/image_dataset.h"

namespace qs {

namespace {

template <typename From, typename To>
void convertAs(const std::vector<char>& bytes, To* out) {
    for (size_t i = 0; i < bytes.size(); i += sizeof(From)) {
        From value;
        std::memcpy(&value, bytes.data() + i, sizeof value);
        *out++ = To(value);
    }
}

std::string typeOf(const NpyFile& file) {
    return file.header().kind + std::to_string(file.header().itemBytes);
}

/// What values of this type in a file are as a model's input.
at::ScalarType inputType(const std::string& type) {
    return type == "i4" || type == "i8" ? at::kLong : type == "u1" ? at::kByte : at::kFloat;
}

/// Converts values as they lie in the file; false where they are none of the floats that an input may have.
bool convertFloats(const std::string& type, const std::vector<char>& bytes, float* out) {
    if (type == "f2") {
        convertAs<c10::Half>(bytes, out);
    } else if (type == "f4") {
        convertAs<float>(bytes, out);
    } else if (type == "f8") {
        convertAs<double>(bytes, out);
    } else {
        return false;
    }
    return true;
}

/// As convertFloats, of indices and labels.
bool convertIntegers(const std::string& type, const std::vector<char>& bytes, int64_t* out) {
    if (type == "u1") {
        convertAs<uint8_t>(bytes, out);
    } else if (type == "i2") {
        convertAs<int16_t>(bytes, out);
    } else if (type == "i4") {
        convertAs<int32_t>(bytes, out);
    } else if (type == "i8") {
        convertAs<int64_t>(bytes, out);
    } else {
        return false;
    }
    return true;
}

std::vector<int64_t> rowShape(const NpyFile& file) {
    return {file.header().shape.begin() + 1, file.header().shape.end()};
}

at::Tensor emptyRows(const NpyFile& file, size_t count, at::ScalarType type) {
    std::vector<int64_t> shape = file.header().shape;
    shape[0] = int64_t(count);
    return at::empty(shape, type);
}

Result<at::Tensor> readInput(const NpyFile& file, std::span<const int64_t> indices) {
    const std::string type = typeOf(file);
    at::Tensor rows = emptyRows(file, indices.size(), inputType(type));
    for (size_t i = 0; i < indices.size(); ++i) {
        QS_ASSIGN(const std::vector<char> bytes, file.readRows(indices[i], 1));
        const int64_t at = int64_t(i) * file.rowSize();
        if (rows.scalar_type() == at::kLong) {
            convertIntegers(type, bytes, rows.data_ptr<int64_t>() + at);
        } else if (rows.scalar_type() == at::kByte) {
            std::memcpy(rows.data_ptr<uint8_t>() + at, bytes.data(), bytes.size());
        } else {
            convertFloats(type, bytes, rows.data_ptr<float>() + at);
        }
    }
    return rows;
}

Result<at::Tensor> readLabels(const NpyFile& file, std::span<const int64_t> indices) {
    at::Tensor rows = emptyRows(file, indices.size(), at::kLong);
    auto* out = rows.data_ptr<int64_t>();
    for (const int64_t index : indices) {
        QS_ASSIGN(const std::vector<char> bytes, file.readRows(index, 1));
        convertIntegers(typeOf(file), bytes, out);
        if (std::any_of(out, out + file.rowSize(), [](int64_t label) { return label < -1; })) {
            return failure(file.name() + ": sample " + std::to_string(index) + " has a label below -1");
        }
        out += file.rowSize();
    }
    return rows;
}

class TensorDataset : public Dataset {
  public:
    TensorDataset(std::vector<NamedArray> inputs, std::optional<NpyFile> labels,
                  std::vector<std::string> classes, const std::string& source)
        : inputs_(std::move(inputs)),
          labels_(std::move(labels)),
          classes_(std::move(classes)),
          id_(fileId(source)) {}

    /// Reads the classes of all samples, where the labels are classes, and checks them.
    Status prepare() {
        if (!labels_ || labels_->header().shape.size() > 1) {
            return {};
        }
        QS_ASSIGN(const std::vector<char> bytes, labels_->readRows(0, labels_->rows()));
        sampleClasses_.resize(size_t(labels_->rows()));
        convertIntegers(typeOf(*labels_), bytes, sampleClasses_.data());
        if (std::any_of(sampleClasses_.begin(), sampleClasses_.end(), [](int64_t c) { return c < 0; })) {
            return failure(labels_->name() + " holds negative labels");
        }
        return classes_.empty() ? Status() : checkLabels(sampleClasses_, classes_.size(), labels_->name());
    }

    int64_t size() const override { return inputs_.front().file.rows(); }
    bool labelled() const override { return labels_.has_value(); }
    std::vector<std::string> classes() const override { return classes_; }
    std::vector<SampleInput> sampleInputs() const override {
        std::vector<SampleInput> all;
        for (const auto& [name, file] : inputs_) {
            all.push_back({name, rowShape(file), inputType(typeOf(file))});
        }
        return all;
    }
    std::vector<int64_t> labelShape() const override {
        return labels_ ? rowShape(*labels_) : std::vector<int64_t>();
    }
    std::vector<int64_t> sampleClasses() const override { return sampleClasses_; }
    std::string sampleId(int64_t index) const override { return id_ + "#" + std::to_string(index); }

    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        Batch batch;
        for (const auto& [name, file] : inputs_) {
            QS_ASSIGN(at::Tensor rows, readInput(file, indices));
            batch.inputs.push_back(std::move(rows));
        }
        if (labels_) {
            QS_ASSIGN(batch.labels, readLabels(*labels_, indices));
        }
        return batch;
    }

  private:
    std::vector<NamedArray> inputs_;
    std::optional<NpyFile> labels_;
    std::vector<std::string> classes_;
    std::vector<int64_t> sampleClasses_;
    std::string id_;
};

Status checkInput(const NpyFile& file, bool alone) {
    if (alone && file.header().shape.size() < 2) {
        return failure(file.name() +
                       " must be N x ..., for example N x C x H x W: it has one dimension only");
    }
    if (file.rows() == 0 || file.rowSize() == 0) {
        return failure(file.name() + " holds no samples");
    }
    const std::string type = typeOf(file);
    float unused = 0;
    if (inputType(type) == at::kFloat && !convertFloats(type, {}, &unused)) {
        return failure(file.name() + " must hold float16, float32, float64, uint8, int32 or int64 values");
    }
    return {};
}

Status checkArrays(const std::vector<NamedArray>& inputs, const std::optional<NpyFile>& labels) {
    for (const auto& [name, file] : inputs) {
        QS_TRY(checkInput(file, inputs.size() == 1));
        if (file.rows() != inputs.front().file.rows()) {
            return failure(file.name() + " holds " + std::to_string(file.rows()) + " samples, " +
                           inputs.front().file.name() + " " + std::to_string(inputs.front().file.rows()));
        }
    }
    if (!labels) {
        return {};
    }
    if (labels->rows() != inputs.front().file.rows()) {
        return failure(labels->name() + " holds " + std::to_string(labels->rows()) + " labels for " +
                       std::to_string(inputs.front().file.rows()) + " samples");
    }
    int64_t unused = 0;
    if (!convertIntegers(typeOf(*labels), {}, &unused)) {
        return failure(labels->name() + " must hold uint8, int16, int32 or int64 labels");
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Dataset>> makeTensorDataset(std::vector<NamedArray> inputs,
                                                   std::optional<NpyFile> labels,
                                                   const DatasetOptions& options, const std::string& source) {
    if (options.preprocessing != protocol::Preprocessing()) {
        return usageError(source +
                          " holds ready tensors: preprocessing (resize, crop, mean, ...) does not apply");
    }
    if (inputs.empty()) {
        return failure(source + " holds no samples, only labels");
    }
    QS_TRY(checkArrays(inputs, labels));
    auto data =
        std::make_unique<TensorDataset>(std::move(inputs), std::move(labels), options.classes, source);
    QS_TRY(data->prepare());
    return Result<std::unique_ptr<Dataset>>(std::move(data));
}

}  // namespace qs
