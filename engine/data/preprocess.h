#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/result.h"
#include "data/image.h"
#include "protocol/messages.h"

namespace qs {

/// torchvision's Resize(shorter side), CenterCrop, ToTensor, Normalize, to the bit on the 8-bit steps.
class Preprocessor {
  public:
    /// What `wanted` leaves open comes from `defaults`. One mean or std stands for all channels. Usage error
    /// for channels other than 1 and 3, lengths that do not fit them, a std that is not positive, and
    /// senseless sizes.
    static Result<Preprocessor> make(const protocol::Preprocessing& wanted,
                                     const protocol::Preprocessing& defaults);

    /// Everything filled in; mean and std hold one number a channel.
    const protocol::Preprocessing& settings() const { return settings_; }
    int channels() const { return *settings_.channels; }

    /// Channels converted (grey is repeated, colour becomes ITU-R 601 luma as in Pillow), resized and
    /// cropped. A failure where the shape of the image makes the resized one absurdly large.
    Result<Image> transform(const Image& image) const;

    /// Writes `image` (of channels()) as float32 C x H x W, scaled to 0..1 and normalized.
    void normalize(const Image& image, float* chw) const;

  private:
    protocol::Preprocessing settings_;
    std::vector<std::array<float, 256>> values_;  ///< per channel, what each 8-bit value becomes
};

}  // namespace qs
