#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.h"
#include "data/image.h"
#include "data/resample.h"
#include "protocol/messages/data.h"

namespace qs {

struct ImageSize {
    int height = 0;
    int width = 0;
};

/// torchvision's Resize, CenterCrop, ToTensor, Normalize, to the bit on the 8-bit steps.
class Preprocessor {
  public:
    /// What `wanted` leaves open comes from `defaults`. One mean or std stands for all channels. Usage error
    /// for channels other than 1 and 3, lengths that do not fit them, a std that is not positive, senseless
    /// sizes, unknown words, and two settings that contradict each other (resize and resize_to).
    static Result<Preprocessor> make(const protocol::Preprocessing& wanted,
                                     const protocol::Preprocessing& defaults);

    /// Everything filled in; mean and std hold one number a channel.
    const protocol::Preprocessing& settings() const { return settings_; }
    int channels() const { return *settings_.channels; }
    /// The size of every preprocessed image, where the settings alone determine it.
    std::optional<ImageSize> fixedSize() const;
    /// The tensor of an image of this size, without N: C x H x W, or H x W x C.
    std::vector<int64_t> shapeOf(ImageSize size) const;

    /// Channels converted (grey is repeated, colour becomes ITU-R 601 luma as in Pillow), resized and
    /// cropped. A failure where the shape of the image makes the resized one absurdly large.
    Result<Image> transform(const Image& image) const;

    /// Writes `image` (of channels()) as float32 in the tensor's layout and colour order, scaled and
    /// normalized.
    void normalize(const Image& image, float* tensor) const;

  private:
    Status setSizes(const protocol::Preprocessing& wanted, const protocol::Preprocessing& defaults);
    Status setWords(const protocol::Preprocessing& wanted, const protocol::Preprocessing& defaults);
    Status setValues(const protocol::Preprocessing& wanted, const protocol::Preprocessing& defaults);
    /// The image's channel that becomes channel `c` of the tensor.
    int sourceChannel(int c) const { return bgr_ ? channels() - 1 - c : c; }

    protocol::Preprocessing settings_;
    Interpolation interpolation_ = Interpolation::Bilinear;
    bool bgr_ = false;
    bool nhwc_ = false;
    std::vector<std::array<float, 256>> values_;  ///< per channel, what each 8-bit value becomes
};

}  // namespace qs
