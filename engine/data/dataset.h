#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "protocol/messages/data.h"

namespace qs {

/// One or more preprocessed samples. `inputs` holds one tensor an input of the model, N x ... each (images:
/// float32 N x C x H x W); `labels` is int64 N x ... (a class, a mask or a sequence a sample), undefined
/// where the data has none.
struct Batch {
    std::vector<at::Tensor> inputs;
    at::Tensor labels;
    int64_t size() const { return inputs.empty() ? 0 : inputs[0].size(0); }
};

/// One input of a sample. `name` is the model input that it belongs to, or empty (then position decides);
/// `shape` is what stands behind N.
struct SampleInput {
    std::string name;
    std::vector<int64_t> shape;
    at::ScalarType dtype = at::kFloat;
};

/// Labelled or unlabelled samples, preprocessed and ready for the model, in a fixed order. Every member is
/// const and safe from several threads at once; none starts threads of its own (BatchStream in data/loader.h
/// decodes on several).
class Dataset {
  public:
    virtual ~Dataset() = default;
    virtual int64_t size() const = 0;
    /// The samples at `indices`, each in [0, size()), in that order; repeats are allowed. A sample that
    /// cannot be decoded is left out of the batch and listed in skipped(); a batch of which nothing can be
    /// decoded has N = 0.
    virtual Result<Batch> readSamples(std::span<const int64_t> indices) const = 0;
    /// Samples [begin, end), clipped to [0, size()).
    Result<Batch> read(int64_t begin, int64_t end) const;

    virtual bool labelled() const = 0;
    virtual std::vector<std::string> classes() const { return {}; }
    /// What a sample consists of; images are one input, C x H x W.
    virtual std::vector<SampleInput> sampleInputs() const = 0;
    /// What stands behind N in a batch's labels: empty for a class a sample.
    virtual std::vector<int64_t> labelShape() const { return {}; }
    /// The class of every sample where it is known without decoding any, else empty.
    virtual std::vector<int64_t> sampleClasses() const { return {}; }
    /// Where a sample comes from: the same for the same stored sample, whichever way it was opened
    /// ("canonical path" or "canonical path#index"). Empty where that has no meaning (random input).
    virtual std::string sampleId(int64_t /*index*/) const { return {}; }
    /// The source to calibrate and train on where this one is the test split of data that has a training
    /// split ("fashion-mnist:train"), else empty.
    virtual std::string calibrationSource() const { return {}; }
    /// Files that could not be decoded so far, "FILE: reason" each.
    virtual std::vector<std::string> skipped() const { return {}; }
    /// The preprocessing in force, defaults filled in.
    virtual protocol::Preprocessing preprocessing() const { return {}; }
    /// What a person should know about this data ("bundled subset of 2000 images: ..."), or empty.
    virtual std::string note() const { return {}; }
};

/// What a person asks of the data besides its source.
struct DatasetOptions {
    protocol::Preprocessing preprocessing;
    std::vector<std::string> classes = {};  ///< from a labels file; empty: the format's own names
};

/// A data format: opens "name:argument" (`argument` is what follows the first colon, maybe empty).
struct DatasetFormat {
    std::string description;  ///< for people: "a folder a class, any image that OpenCV reads"
    std::function<Result<std::unique_ptr<Dataset>>(const std::string& argument, const DatasetOptions&)> open;
};

/// fashion-mnist, imagefolder, npy, ... (engine/data/formats, one a file).
const Registry<DatasetFormat>& datasetFormats();

/// Opens spec.source, for example "imagefolder:/data/val". Usage error for an unknown format; failure for
/// data that is not there or is empty, and for a labels file that does not fit it.
Result<std::unique_ptr<Dataset>> openDataset(const protocol::DataSpec& spec);
Result<std::unique_ptr<Dataset>> openDataset(const std::string& source,
                                             const protocol::Preprocessing& preprocessing);

/// `data` in the words of the protocol; `source` is what it was opened with.
protocol::DataInfo describe(const Dataset& data, const std::string& source);

}  // namespace qs
