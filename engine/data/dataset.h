#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "protocol/messages.h"

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

/// Labelled or unlabelled samples, preprocessed and ready for the model, in a fixed order.
class Dataset {
  public:
    virtual ~Dataset() = default;
    virtual int64_t size() const = 0;
    /// Samples [begin, end): end is clipped to size(). A sample that cannot be decoded is left out of the
    /// batch and counted in skipped(); a batch of which nothing can be decoded has N = 0.
    virtual Result<Batch> read(int64_t begin, int64_t end) = 0;
    virtual bool labelled() const = 0;
    virtual std::vector<std::string> classes() const = 0;
    /// What a sample consists of; images are one input, C x H x W.
    virtual std::vector<SampleInput> sampleInputs() const = 0;
    /// Files that could not be decoded so far.
    virtual const std::vector<std::string>& skipped() const = 0;
    /// The preprocessing in force, defaults filled in.
    virtual protocol::Preprocessing preprocessing() const = 0;
    /// What a person should know about this data ("bundled subset of 2000 images: ..."), or empty.
    virtual std::string note() const { return {}; }
};

/// A data format: opens "name:argument" (`argument` is what follows the first colon, maybe empty).
struct DatasetFormat {
    std::string description;  ///< for people: "a folder a class, any image that OpenCV reads"
    std::function<Result<std::unique_ptr<Dataset>>(const std::string& argument,
                                                   const protocol::Preprocessing&)>
        open;
};

/// fashion-mnist, imagefolder, npy (engine/data/formats, one a file).
const Registry<DatasetFormat>& datasetFormats();

/// Opens `source`, for example "imagefolder:/data/val". Usage error for an unknown format; failure for data
/// that is not there or is empty.
Result<std::unique_ptr<Dataset>> openDataset(const std::string& source,
                                             const protocol::Preprocessing& preprocessing);

/// `data` in the words of the protocol; `source` is what it was opened with.
protocol::DataInfo describe(const Dataset& data, const std::string& source);

}  // namespace qs
