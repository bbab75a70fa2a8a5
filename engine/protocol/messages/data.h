#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What goes into a network: tensors, data and how it is prepared.
namespace qs::protocol {

/// How an image becomes a tensor: convert to `channels`, resize, crop, scale, subtract `mean`, divide by
/// `std`. One JSON block, shared by recipes, the workbench and exports. Absent fields take the data format's
/// defaults (imagefolder and imagelist: resize 256, crop 224, ImageNet mean and std, 3 channels;
/// fashion-mnist: no resize, mean 0.286, std 0.353, 1 channel; npy and npz: nothing, they hold tensors).
struct Preprocessing {
    std::optional<int> resize;  ///< shorter side in pixels; 0 keeps the size
    std::optional<int> crop;    ///< side of the centred square in pixels; 0 keeps the size
    std::vector<double> mean;   ///< per channel of the tensor, after scaling; empty: default
    std::vector<double> std;
    std::optional<int> channels;       ///< 1 or 3
    std::vector<int> resize_to = {};   ///< height, width instead of `resize`; then no crop by default
    std::vector<int> crop_to = {};     ///< height, width instead of `crop`
    std::string interpolation = {};    ///< "bilinear" (default), "bicubic", "nearest", as in Pillow
    std::string color_order = {};      ///< "rgb" (default), "bgr"
    std::optional<double> scale = {};  ///< factor on 0..255; default 1/255, 1 for models that take 0..255
    std::string layout = {};           ///< of the tensor: "nchw" (default), "nhwc"
    bool operator==(const Preprocessing&) const = default;
};

/// An input or output of a model, or of a sample (then without N). `shape` has -1 where an extent is free.
struct TensorInfo {
    std::string name;
    std::string dtype;  ///< "Float", "Long": at::ScalarType's names
    std::vector<int64_t> shape;
};

struct DataSpec {
    std::string source;  ///< "fashion-mnist:test", "imagefolder:DIR", "npy:X.npy,Y.npy"
    Preprocessing preprocessing;
    std::string labels = {};  ///< file with the class names: a name a line, or JSON; empty: the format's own
};

struct DataInfo {
    std::string source;
    int64_t samples = 0;
    bool labelled = false;
    std::vector<std::string> classes;
    std::vector<TensorInfo> inputs;    ///< of one sample, without N
    std::vector<std::string> skipped;  ///< "FILE: reason", files that could not be decoded so far
    Preprocessing preprocessing;
    std::string note;  ///< "bundled subset of 2000 images: dataset-fashion-mnist is not installed", or empty
    std::vector<int64_t> label_shape = {};  ///< without N; empty: a class, {H, W}: a mask, {T}: a sequence
    std::string calibration_source = {};    ///< the training split of the same data, or empty
};

/// "data.open" DataSpec -> DataInfo

}  // namespace qs::protocol
